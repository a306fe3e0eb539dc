"""SOAP to Kingdee EAS (Axis 1, RPC/encoded): zeep writes and reads the messages, we own the wire.

Hardening (security notes on XML and zeep; reliability notes, F9 and F10):

* the WSDL is a file of this package, its address is never dialled, nothing is ever imported from
  elsewhere;
* what comes back is parsed without entities, network, DTD and huge trees; a document type is
  refused, and so are references inside referenced elements, which would grow like an entity bomb;
* zeep gets bytes from our own transport only: pinned address, no redirect, capped body, one deadline;
* zeep is imported at the first call, not when the addon is loaded.

Whatever is not a whole, well-formed answer to the very operation that was called is an error.
"""

import re
import threading
from pathlib import Path

from lxml import etree

from .errors import Rejected, RemoteMessage, SessionLost, Unknown

SOAP_NS = "http://schemas.xmlsoap.org/soap/envelope/"
LOGIN_NS = "http://login.webservice.bos.kingdee.com"
_WSDL = Path(__file__).resolve().parent / "kingdee_eas_wsdl"
_BODY = f"{{{SOAP_NS}}}Body"
# SOAP 1.1, 4.4.1: the message itself was refused, so nothing was done
_NOT_PROCESSED = frozenset({"VersionMismatch", "MustUnderstand", "Client"})
_SESSION_WORDS = re.compile(
    r"会话.{0,8}(丢失|过期|失效|不存在|无效)|登录.{0,4}(过期|失效|超时)|(重新|尚未|没有|未)登录|请(先)?登录"
    r"|session(\s?id)?\W{0,3}(is |has |was |not |does not |in)*"
    r"(invalid|expired|lost|null|missing|found|exist|timed? ?out|timeout)",
    re.IGNORECASE,
)
_documents = {}
_documents_lock = threading.Lock()


class _NoLoading:
    """What zeep gets as transport: a WSDL that wants something from elsewhere is a mistake of ours."""

    def load(self, url):
        raise RuntimeError(f"the WSDL asks for {url}")


class EasSoap:
    """Calls of EAS services below one base address.

    :param transport: an object with ``path_of(name)`` and ``post_xml(path, body, headers)``.
    """

    def __init__(self, transport):
        self._transport = transport

    def call(self, service, operation, arguments, *, session=None, cookies=None):
        """One call. Returns ``(result, HttpReply)``; the result is text, or a dict for WSContext.

        :param arguments: values in the order of the WSDL
        :param session: session id for the SOAP header
        :param cookies: name → value; a cluster keeps a session on one node by them
        :raises Unknown: no answer, or none that can be read
        :raises Rejected: the message was refused before it was processed
        :raises SessionLost: the fault speaks of the session (never ``definite``)
        """
        document = _document(service)
        binding, operation_obj = _operation(document, operation)
        envelope, headers = _envelope(document, binding, operation, arguments, session)
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        reply = self._transport.post_xml(self._transport.path_of(service), envelope, headers)
        root = read_envelope(reply.text)
        _raise_fault(root, reply.status)
        return _result(root, operation, operation_obj), reply


def read_envelope(text):
    """The root of a SOAP envelope. Raises :class:`Unknown` for anything else."""
    body = text.strip()
    if not body:
        raise Unknown("the reply is empty", reason="empty")
    if re.match(r"<(!doctype\s+html|html)", body, re.IGNORECASE):
        raise Unknown("the reply is a page, not data", reason="html")
    declared = re.match(r"<\?xml[^>]*?encoding=[\"']([^\"']+)", body)
    if declared and declared[1].lower() not in ("utf-8", "utf8"):
        raise Unknown("the reply is not UTF-8", reason="charset")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body.encode(), parser)  # noqa: S320 the parser above is closed to entities
    except (etree.XMLSyntaxError, ValueError):
        raise Unknown("the reply is no well-formed XML", reason="xml") from None
    if root.getroottree().docinfo.doctype:
        raise Unknown("the reply declares a document type", reason="doctype")
    if root.tag != f"{{{SOAP_NS}}}Envelope" or root.find(_BODY) is None or not len(root.find(_BODY)):
        kind = "html" if etree.QName(root).localname.lower() == "html" else "envelope"
        raise Unknown("the reply is no SOAP answer", reason=kind)
    if root.xpath("boolean(//*[@id]//*[@href])"):
        raise Unknown("the reply refers from reference to reference", reason="multiref")
    return root


def _document(service):
    """The parsed WSDL of one service; parsed once a process."""
    with _documents_lock:
        if service not in _documents:
            import zeep

            settings = zeep.Settings(
                strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False
            )
            with open(_WSDL / f"{service}.wsdl", "rb") as file:
                _documents[service] = zeep.wsdl.Document(file, _NoLoading(), settings=settings)
        return _documents[service]


def _operation(document, operation):
    (binding,) = document.bindings.values()
    return binding, binding.get(operation)


def _envelope(document, binding, operation, arguments, session):
    """Bytes of the envelope and the HTTP headers, made by zeep."""
    import zeep

    client = zeep.Client(document, transport=_NoLoading(), settings=document.settings)
    headers = None
    if session:
        element = etree.Element(f"{{{LOGIN_NS}}}SessionId", nsmap={None: LOGIN_NS})
        element.text = session
        headers = [element]
    try:
        tree, http_headers = binding._create(
            operation, arguments, {"_soapheaders": headers} if headers else {}, client=client, options={}
        )
    except zeep.exceptions.Error as error:
        raise AssertionError(f"our own call does not fit our WSDL: {type(error).__name__}") from None
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True), dict(http_headers)


def _result(root, operation, operation_obj):
    """What the operation returned. Raises :class:`Unknown` if this is no answer to it."""
    import zeep

    (wrapper, *others) = root.find(_BODY)
    names = [etree.QName(child).localname for child in wrapper if isinstance(child.tag, str)]
    multi = all(etree.QName(other).localname == "multiRef" for other in others)
    if names != [f"{operation}Return"] or not multi:
        raise Unknown("the reply answers another question", reason="envelope")
    try:
        value = operation_obj.process_reply(root)
    except (zeep.exceptions.Error, etree.LxmlError, ValueError, TypeError, RecursionError):
        raise Unknown("the reply does not fit the service", reason="shape") from None
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, list) or not all(etree.iselement(child) for child in value):
        raise Unknown("the reply does not fit the service", reason="shape")
    return {etree.QName(child).localname: child.text for child in value if isinstance(child.tag, str)}


def _raise_fault(root, status):
    fault = root.find(f"{_BODY}/{{{SOAP_NS}}}Fault")
    if fault is None:
        if status >= 300:
            raise Unknown(f"the server failed with HTTP {status}", reason=f"http_{status}")
        return
    code = (fault.findtext("faultcode") or "").strip().rpartition(":")[2].partition(".")[0]
    text = short(fault.findtext("faultstring") or "")
    detail = short(" ".join(fault.find("detail").itertext())) if fault.find("detail") is not None else ""
    messages = [RemoteMessage("", text)]
    if speaks_of_session(f"{text} {detail}"):
        raise SessionLost("the session is gone", reason="session")
    if code in _NOT_PROCESSED:
        raise Rejected("the server refused the message", reason="soap_client", code=code, messages=messages)
    raise Unknown("the server answered with a fault", reason="soap_fault", code=code, messages=messages)


def speaks_of_session(text):
    """True if an error text says that the session is gone; a bare "session" does not."""
    return bool(_SESSION_WORDS.search(text))


def short(text):
    """Messages are for people: one line, no more than 500 characters."""
    return " ".join(text.split())[:500]
