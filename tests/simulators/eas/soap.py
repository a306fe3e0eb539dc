"""Envelopes in and out: SOAP 1.1, RPC, as Axis 1 reads and writes them."""

import re
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from .refusals import SoapFault

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LOGIN = "http://login.webservice.bos.kingdee.com"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_WSDL_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
FOLDER = Path(__file__).resolve().parent / "wsdl"
# Operations take these after those of the WSDL; not every release has them.
OPTIONAL = {("EASLogin", "login"): [("authPattern", "string")]}


class Call(NamedTuple):
    """A request as read: operation, its arguments in order, session id of the header or ``None``."""

    operation: str
    arguments: dict
    session: str | None


class Service:
    """One service, described by its WSDL file and nothing else."""

    def __init__(self, path):
        self.name = path.stem
        self.text = path.read_text(encoding="utf-8")
        tree = ET.fromstring(self.text)
        self.namespace = tree.find(f".//{_WSDL_SOAP}body").get("namespace")
        self.address = tree.find(f".//{_WSDL_SOAP}address").get("location")
        self.operations = {
            message.get("name").removesuffix("Request"): [
                (part.get("name"), part.get("type").split(":")[1]) for part in message.findall(f"{_WSDL}part")
            ]
            for message in tree.findall(f"{_WSDL}message")
            if message.get("name").endswith("Request")
        }

    def read(self, raw):
        """The call in an envelope; raises :class:`.refusals.SoapFault` for anything odd."""
        if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
            raise SoapFault("Client", "DOCTYPE is not allowed")
        try:
            envelope = ET.fromstring(raw)
        except (ET.ParseError, ValueError, LookupError):
            raise SoapFault("Client", "org.xml.sax.SAXParseException: 内容不正确") from None
        if envelope.tag != f"{{{SOAP}}}Envelope":
            raise SoapFault("VersionMismatch", "Version Mismatch")
        parts = list(envelope)
        header = parts.pop(0) if parts and parts[0].tag == f"{{{SOAP}}}Header" else None
        if len(parts) != 1 or parts[0].tag != f"{{{SOAP}}}Body" or len(parts[0]) != 1:
            raise SoapFault("Client", "信封应有一个Body，Body应有一个调用")
        call = parts[0][0]
        space, _, operation = call.tag.rpartition("}")
        if space != f"{{{self.namespace}" or operation not in self.operations:
            raise SoapFault("Client", f"No such operation '{operation}'")
        return Call(operation, self._arguments(operation, call), self._session(header))

    def _arguments(self, operation, call):
        wanted = list(self.operations[operation])
        extra = OPTIONAL.get((self.name, operation), [])
        if len(call) == len(wanted) + len(extra):
            wanted += extra
        if [child.tag for child in call] != [name for name, _kind in wanted]:
            raise SoapFault("Client", f"参数应依次为{'、'.join(name for name, _kind in wanted)}")
        found = {}
        for child, (name, kind) in zip(call, wanted, strict=True):
            given = child.get(f"{{{XSI}}}type", "")
            if len(child) or (given and given.rpartition(":")[2] != kind):
                raise SoapFault("Server.userException", f"Deserializing parameter '{name}': 类型应为{kind}")
            if child.get(f"{{{XSI}}}nil") in ("true", "1"):
                raise SoapFault("Server.userException", f"参数{name}不能为空")
            text = child.text or ""
            if kind == "int" and not re.fullmatch(r"-?\d{1,9}", text):
                raise SoapFault("Server.userException", f"Deserializing parameter '{name}': 类型应为{kind}")
            found[name] = int(text) if kind == "int" else text
        return found

    @staticmethod
    def _session(header):
        found = None
        for child in header if header is not None else ():
            if child.tag == f"{{{LOGIN}}}SessionId":
                if found is not None or len(child):
                    raise SoapFault("Client", "SessionId不正确")
                found = (child.text or "").strip()
            elif child.get(f"{{{SOAP}}}mustUnderstand") == "1":
                raise SoapFault("MustUnderstand", f"Did not understand {child.tag}")
        return found

    def described(self, base, inner_host):
        """The WSDL with an address of this server, or of the host that lies behind a proxy."""
        address = f"{base}{self.name}"
        if inner_host:
            address = re.sub("//[^/]+", lambda _found: f"//{inner_host}", address, count=1)
        return self.text.replace(self.address, escape(address))


SERVICES = {path.stem: Service(path) for path in sorted(FOLDER.glob("*.wsdl"))}


def _envelope(body):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:xsi="{XSI}"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>'
    )


def answer(service, operation, content, beside=""):
    """The answer of an operation; ``content`` is XML below the response element."""
    return _envelope(
        f'<ns1:{operation}Response soapenv:encodingStyle="{ENCODING}" xmlns:ns1="{service.namespace}">'
        f"{content}</ns1:{operation}Response>{beside}"
    )


def text_answer(service, operation, text):
    """The answer of an operation that returns text; ``None`` is nil."""
    name = f"{operation}Return"
    content = f'<{name} xsi:nil="true"/>' if text is None else f'<{name} xsi:type="xsd:string">{escape(text)}</{name}>'
    return answer(service, operation, content)


def context_answer(service, values, *, multi_ref):
    """The answer of a login: a WSContext, in place or as a reference."""
    inner = "".join(
        f'<{name} xsi:type="xsd:{"int" if isinstance(value, int) else "string"}"'
        + (' xsi:nil="true"/>' if value is None else f">{escape(str(value))}</{name}>")
        for name, value in values.items()
    )
    kind = 'xsi:type="ns2:WSContext" xmlns:ns2="urn:client"'
    if not multi_ref:
        return answer(service, "login", f"<loginReturn {kind}>{inner}</loginReturn>")
    beside = (
        f'<multiRef id="id0" soapenc:root="0" soapenv:encodingStyle="{ENCODING}" {kind} '
        f'xmlns:soapenc="{ENCODING}">{inner}</multiRef>'
    )
    return answer(service, "login", '<loginReturn href="#id0"/>', beside)


def fault(code, message):
    """A SOAP fault."""
    return _envelope(
        f"<soapenv:Fault><faultcode>soapenv:{escape(code)}</faultcode>"
        f"<faultstring>{escape(message)}</faultstring><detail/></soapenv:Fault>"
    )
