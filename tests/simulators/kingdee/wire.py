"""Bodies in, envelopes out (Kingdee WebAPI body shapes A to D, ``Result.ResponseStatus``)."""

import json
from urllib.parse import parse_qs

LOST_TEXT = "会话信息已丢失，请重新登录"
QUERIES = frozenset({"executebillquery", "billquery"})


class BadBody(ValueError):
    """The request cannot be read."""


def read_body(raw, content_type):
    """``(form, data, extra)`` of a request in any of the shapes a server accepts."""
    text = raw.decode("utf-8")
    if "x-www-form-urlencoded" in content_type:
        pairs = {key: values[0] for key, values in parse_qs(text).items()}
        return pairs.get("formid", ""), _object(pairs.get("data", "{}")), pairs
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise BadBody("no JSON") from None
    if not isinstance(body, dict):
        raise BadBody("Additional text found in JSON string")
    if "parameters" in body:
        values = body["parameters"]
        values = json.loads(values) if isinstance(values, str) else values
        form = values[0] if len(values) > 1 else ""
        return form, _object(values[-1] if values else {}), {"parameters": values, **body}
    return body.get("formid", ""), _object(body.get("data", body)), body


def login_values(raw):
    """Positional values of a login in object form or as parameters."""
    body = json.loads(raw.decode("utf-8"))
    values = body.get("parameters")
    if values is not None:
        return json.loads(values) if isinstance(values, str) else values
    low = {key.lower(): value for key, value in body.items()}
    return [low.get(k) for k in ("acctid", "username", "appid", "timestamp", "sign", "lcid")]


def _object(data):
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except ValueError:
            return {}
    return data if isinstance(data, dict) else {}


def done(items, notes=(), extra=None):
    """Envelope of success for ``[(id, number, index)]``; ``notes`` as ``[(message, index)]``."""
    status = {
        "IsSuccess": True,
        "Errors": [],
        "SuccessEntitys": _entities(items),
        "SuccessMessages": [{"FieldName": None, "Message": text, "DIndex": index} for text, index in notes],
        "MsgCode": 0,
    }
    return {"Result": {"ResponseStatus": status, **(extra or {})}}


def refused(code, found, good=(), extra=None):
    """Envelope of failure for ``[(field, message, index)]``; ``good`` as in :func:`done`."""
    status = {
        "ErrorCode": 500,
        "IsSuccess": False,
        "Errors": errors(found),
        "SuccessEntitys": _entities(good),
        "SuccessMessages": [],
        "MsgCode": code,
    }
    return {"Result": {"ResponseStatus": status, **(extra or {})}}


def errors(found):
    """``Errors`` for ``[(field, message, index)]``."""
    return [{"FieldName": name, "Message": message, "DIndex": index} for name, message, index in found]


def _entities(items):
    return [{"Id": ident, "Number": number, "DIndex": index} for ident, number, index in items]


def for_operation(operation, envelope):
    """Queries wrap an error twice."""
    return [[envelope]] if operation.lower() in QUERIES else envelope


def session_lost(operation, shape=None):
    """Text of a lost session in one of the shapes that were seen."""
    envelope = refused(1, [(None, LOST_TEXT, 0)])
    if shape == "text":
        return "{ctx == null}"
    if shape == "errors":
        return to_json([{"FieldName": None, "Message": LOST_TEXT, "DIndex": 0}])
    if shape == "list":
        return to_json([envelope])
    if shape == "double":
        return to_json([[envelope, None, None]])
    if shape == "result":
        return to_json(envelope)
    return to_json(for_operation(operation, envelope))


def to_json(data):
    """JSON as the product prints it (readable Chinese)."""
    return json.dumps(data, ensure_ascii=False)
