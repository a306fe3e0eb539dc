"""Requests by hand for the tests of the simulators: no client between the test and the wire."""

import http.client
import json
import xml.etree.ElementTree as ET
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape


class Answer:
    """Status, headers and bytes of a reply."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.raw = response.read()

    @property
    def text(self):
        """The body in UTF-8."""
        return self.raw.decode("utf-8")

    @property
    def json(self):
        """The body as JSON."""
        return json.loads(self.text)


def call(port, method, path, body=None, headers=None, timeout=5):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


class U8Calls:
    """The OpenAPI of U8 by hand; a token is fetched once."""

    def __init__(self, simulator, timeout=5):
        self.simulator = simulator
        self.timeout = timeout
        self.known = simulator.credentials
        self._token = None

    def get(self, path, **parameters):
        """A bare GET."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        return call(self.simulator.port, "GET", path + query, timeout=self.timeout)

    def fetch_token(self):
        """The reply of the token endpoint."""
        return self.get("/system/token", **{k: v for k, v in self.known.items() if k != "to_account"}).json

    @property
    def token(self):
        """A token that is good, unless the server forgot it."""
        if self._token is None:
            self._token = self.fetch_token()["token"]["id"]
        return self._token

    @property
    def common(self):
        """The parameters of every call."""
        return {**{k: v for k, v in self.known.items() if k != "app_secret"}, "token": self.token}

    def tradeid(self):
        """A new transaction number."""
        given = {k: v for k, v in self.common.items() if k != "to_account"}
        return self.get("/system/tradeid", **given).json["trade"]["id"]

    def read(self, name, operation, /, **parameters):
        """A read below /api/ with the common parameters."""
        return self.get(f"/api/{name}/{operation}", **{**self.common, **parameters}).json

    def send(self, name, operation, values, **parameters):
        """A write below /api/; the answer as it came."""
        return self.post(name, operation, json.dumps({name: values}), **parameters)

    def post(self, name, operation, body, headers=None, **parameters):
        """A write with any body."""
        query = urlencode({**self.common, **parameters})
        head = {"Content-Type": "application/json; charset=utf-8"} if headers is None else headers
        path = f"/api/{name}/{operation}?{query}"
        return call(self.simulator.port, "POST", path, body.encode("utf-8"), head, self.timeout)

    def add(self, name, values, ident, **parameters):
        """A synchronous add under a biz_id."""
        return self.send(name, "add", values, **{"biz_id": ident, "sync": "1", **parameters}).json

    def poll(self, accepted):
        """One look at the result of an asynchronous add."""
        parts = urlsplit(accepted["url"])
        assert f"{parts.scheme}://{parts.netloc}" == self.simulator.base_url
        return self.get(f"{parts.path}?{parts.query}").json


_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_LOGIN = "http://login.webservice.bos.kingdee.com"


class EASCalls:
    """SOAP envelopes by hand."""

    head = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}

    def __init__(self, simulator, timeout=5):
        self.simulator = simulator
        self.timeout = timeout
        self.cookie = None
        self._session = None

    def post(self, service, body, headers=None):
        """Any bytes to a service."""
        raw = body if isinstance(body, bytes) else body.encode("utf-8")
        head = {**(self.head if headers is None else headers), **({"Cookie": self.cookie} if self.cookie else {})}
        return call(self.simulator.port, "POST", f"/ormrpc/services/{service}", raw, head, self.timeout)

    @staticmethod
    def envelope(namespace, operation, arguments, session=None, header=""):
        """An envelope; ``arguments`` are pairs of name and text."""
        parts = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in arguments)
        if session is not None:
            header += f'<SessionId xmlns="{_LOGIN}">{session}</SessionId>'
        return (
            f'<soapenv:Envelope xmlns:soapenv="{_SOAP}" xmlns:cli="{namespace}">'
            f"<soapenv:Header>{header}</soapenv:Header>"
            f"<soapenv:Body><cli:{operation}>{parts}</cli:{operation}></soapenv:Body></soapenv:Envelope>"
        )

    def login_arguments(self, **changes):
        """The six arguments of a login in their order."""
        known = self.simulator.credentials
        given = {
            "userName": known["user_name"],
            "password": known["password"],
            "slnName": known["sln_name"],
            "dcName": known["dc_name"],
            "language": known["language"],
            "dbType": known["db_type"],
        }
        return list({**given, **changes}.items())

    def log_in(self, **changes):
        """The answer of EASLogin."""
        return self.post("EASLogin", self.envelope(_LOGIN, "login", self.login_arguments(**changes)))

    @property
    def session(self):
        """A session that is good, unless the server forgot it."""
        if self._session is None:
            self._session = ET.fromstring(self.log_in().raw).findtext(".//sessionId")
        return self._session

    def send(self, operation, *arguments, session=None):
        """A business call; the answer as it came."""
        if operation == "importBill":
            service, namespace, names = "SCMWebServiceFacade", "urn:client", ("billTypeCode", "json", "mode")
        else:
            service, namespace = "WSCrmBridgeFacade", "urn:clientwscrmbridgefacade"
            names = ("billTypeCode", "json" if operation == "queryBills" else "number")
        texts = [json.dumps(one, ensure_ascii=False) if isinstance(one, dict) else one for one in arguments]
        pairs = list(zip(names, texts, strict=True))
        return self.post(service, self.envelope(namespace, operation, pairs, session or self.session))

    def ask(self, operation, *arguments):
        """A business call; the JSON it returns."""
        answer = self.send(operation, *arguments)
        assert answer.status == 200, answer.text
        return json.loads(ET.fromstring(answer.raw).findtext(f".//{operation}Return"))

    def save(self, kind, values, mode="save"):
        """importBill; the JSON it returns."""
        return self.ask("importBill", kind, values, mode)


def fault_of(answer):
    """``(code, text)`` of a SOAP fault, or ``None``."""
    found = ET.fromstring(answer.raw).find(f".//{{{_SOAP}}}Fault")
    return None if found is None else (found.findtext("faultcode"), found.findtext("faultstring"))
