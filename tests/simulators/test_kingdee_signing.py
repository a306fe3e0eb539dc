"""The published vectors, computed once with the official library and once by hand."""

import base64

import pytest

BASE = {
    "acct_id": "5f0a1b2c3d4e5f",
    "user_name": "demo",
    "app_id": "123456_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
    "app_secret": "0123456789abcdef0123456789abcdef",
}
STUB = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."
SAVE = f"/k3cloud/{STUB}Save.common.kdsvc"
QUERY = f"/k3cloud/{STUB}ExecuteBillQuery.common.kdsvc"


@pytest.fixture
def signing(clients):
    return clients("kingdee_signing")


def test_client_secret_is_unmasked(signing):
    assert signing.split_app_id(BASE["app_id"]) == ("123456", "MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk")


@pytest.mark.parametrize("app_id", ["123456", "a_b_c", "123456_short", "1_" + "=" * 32, "1_é"])
def test_other_application_ids_give_no_client_secret(signing, app_id):
    assert signing.split_app_id(app_id)[1] == ""


@pytest.mark.parametrize(
    ("path", "stamp", "wanted"),
    [
        (
            SAVE,
            "1700000000",
            "NzI2MjZlOGJiNjBiYTJkYzM3NTU3NTI0ZGE3YWY4MDhmMDNhMmZmOTc0ZGI4ZWJiYjg0NWFiYWFiNzIwZTczNg==",
        ),
        (
            QUERY,
            "1700000000",
            "N2M1YmZlZTUyZjc5YTRjMzU0MjkxMWVjODQ0YWEwZjQ0NzQyNWZjZjcwNGFhNzg0MzMxOGI5ZmI4YjNlMzUxOA==",
        ),
        (
            SAVE,
            "1700000000000",
            "MjliOWIwNzRiYzFiYmU4MmJkMWFlM2RiMzE1NGE0OGZiN2U3ZGJkODk2ODU2ZWI2OWY4NmVmMTFlMjA1YWVlNw==",
        ),
    ],
    ids=["save-seconds", "query-seconds", "save-milliseconds"],
)
def test_gateway_signature(signing, path, stamp, wanted):
    headers = signing.signed_headers(signing.KingdeeCredentials(**BASE), path, stamp)
    assert headers["X-Api-Signature"] == wanted


def test_application_headers(signing):
    headers = signing.signed_headers(signing.KingdeeCredentials(**BASE), SAVE, "1700000000")
    assert headers["X-Kd-Appdata"] == "NWYwYTFiMmMzZDRlNWYsZGVtbywyMDUyLDA="
    assert headers["X-Kd-Signature"] == (
        "MzM1YzA2MGVkNTExMjJiMTBjMzZlNjUxOTZmOWJjNDFjODNiNGEyNDhkNTJkOTczNjIyMDIzMWQ3NDRlMzI4Ng=="
    )
    assert headers["X-Api-Auth-Version"] == "2.0"
    assert headers["X-Api-ClientID"] == "123456"


def test_chinese_user_name(signing):
    known = signing.KingdeeCredentials(**{**BASE, "user_name": "张三"}, org_number="100")
    headers = signing.signed_headers(known, SAVE.replace("k3cloud", "K3Cloud"), "1700000000")
    assert headers["X-Api-Signature"] == (
        "ZjUwZDVkZTQwODdlYWRlOGRiY2ExYWY3YzhiZDM4MmJhMDE2ZjdkNmE3YWRjNTU5ZDZjMWEwMDk0M2VmZjk2Mw=="
    )
    assert headers["X-Kd-Appdata"] == "NWYwYTFiMmMzZDRlNWYs5byg5LiJLDIwNTIsMTAw"
    assert headers["X-Kd-Signature"] == (
        "NjlmMjVhYTY4MWE3NGYxMjUxODhmOWQ2OTYwZjM5ZWNiZmQxNGQ5NWI4N2QwMjZjZGRiZjIxZTdjMDllODRlZg=="
    )


@pytest.mark.parametrize(
    ("algorithm", "wanted"),
    [
        ("sha256", "3be1b89e5cc0ee5b6cef98561036259780e2235ce718e1d515b9b6cae4d1bf76"),
        ("sha1", "339c42ad27ae2d0cee0e477fd6027b54478b22e5"),
    ],
)
def test_login_signature(signing, algorithm, wanted):
    known = signing.KingdeeCredentials(**BASE, sign_algorithm=algorithm)
    assert signing.login_signature(known, "1700000000") == wanted


def test_same_headers_as_the_official_library(signing, monkeypatch):
    core = pytest.importorskip("k3cloud_webapi_sdk.core.webapi_client")
    from k3cloud_webapi_sdk.main import K3CloudApiSdk

    url = "https://erp.example.test/k3cloud/"
    sdk = K3CloudApiSdk(url)
    sdk.InitConfig(*BASE.values(), url)
    monkeypatch.setattr(core.time, "time", lambda: 1700000000)
    theirs = {k.lower(): v for k, v in sdk.BuildHeader("https://erp.example.test" + SAVE).items()}
    ours = signing.signed_headers(signing.KingdeeCredentials(**BASE), SAVE, "1700000000")
    assert ours
    assert all(theirs[name.lower()] == value for name, value in ours.items())


def test_secret_stays_out_of_repr_and_headers(signing):
    known = signing.KingdeeCredentials(**BASE)
    assert BASE["app_secret"] not in repr(known)
    values = signing.signed_headers(known, SAVE, "1700000000").values()
    plain = [*values, *(base64.b64decode(v).decode("latin-1") for v in values if v.endswith("="))]
    assert not any(BASE["app_secret"] in value for value in plain)


@pytest.mark.parametrize(
    "bad",
    [{"app_secret": ""}, {"user_name": "a\r\nX: y"}, {"app_id": "应用"}, {"sign_algorithm": "md5"}],
)
def test_unusable_credentials_are_refused(signing, bad):
    with pytest.raises(ValueError, match="credential|sign_algorithm"):
        signing.KingdeeCredentials(**{**BASE, **bad})
