"""Requests by hand for the tests of the simulators: no client between the test and the wire."""

import http.client
import json
from urllib.parse import urlencode, urlsplit


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
