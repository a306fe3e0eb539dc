"""The client of Kingdee EAS: what each canned reply is taken for."""

from datetime import timedelta

import pytest
from eas_replies import (
    NOW,
    Wire,
    adapter,
    bill,
    envelope,
    errors,
    fault,
    got,
    refusal,
    result,
    results,
    saved,
    send,
    string_reply,
)
from kingdee_support import customer_values, receivable_values

BAD_REPLIES = {
    "empty": ("", "empty"),
    "html": ("<html><body>登录</body></html>", "html"),
    "html_doctype": ("<!DOCTYPE html><html></html>", "html"),
    "truncated": (saved()[:-30], "xml"),
    "not_xml": ("{}", "xml"),
    "entity_bomb": (
        envelope(
            "<importBillResponse><importBillReturn>&b;</importBillReturn></importBillResponse>",
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
        ),
        "doctype",
    ),
    "file_entity": (
        envelope(
            "<importBillResponse><importBillReturn>&b;</importBillReturn></importBillResponse>",
            '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        ),
        "doctype",
    ),
    "reference_bomb": (
        envelope(
            '<importBillResponse><importBillReturn href="#a"/></importBillResponse>'
            '<multiRef id="a"><x href="#b"/><x href="#b"/></multiRef><multiRef id="b"><y/></multiRef>'
        ),
        "multiref",
    ),
    "reference_to_itself": (
        envelope(
            '<importBillResponse><importBillReturn href="#a"/></importBillResponse><multiRef id="a"><x href="#a"/>'
            "</multiRef>"
        ),
        "multiref",
    ),
    "gbk": (saved().replace('encoding="UTF-8"', 'encoding="GBK"'), "charset"),
    "huge_depth": (envelope("<a>" * 5000 + "</a>" * 5000), "xml"),
    "other_answer": (result("getBill", {"number": "CRM-AR-1"}), "envelope"),
    "no_body": (envelope(""), "envelope"),
    "not_soap": ("<root><importBillReturn>{}</importBillReturn></root>", "envelope"),
    "no_return": (envelope("<importBillResponse/>"), "envelope"),
    "nil": (envelope('<importBillResponse><importBillReturn xsi:nil="true"/></importBillResponse>'), "empty"),
    "blank": (string_reply("importBill", "  "), "empty"),
    "no_json": (string_reply("importBill", "成功"), "json"),
    "broken_json": (string_reply("importBill", '{"success": true'), "json"),
    "list": (string_reply("importBill", "[]"), "json"),
    "page_inside": (string_reply("importBill", "<html/>"), "html"),
    "no_status": (string_reply("importBill", "{}"), "no_status"),
    "status_text": (result("importBill", success="true"), "no_status"),
    "status_number": (result("importBill", success=1), "no_status"),
    "no_data": (result("importBill"), "shape"),
    "no_number": (result("importBill", {"id": "AR=1"}), "shape"),
    "data_text": (result("importBill", "ok"), "shape"),
    "refused_without_words": (refusal("importBill", ""), "no_status"),
    "exception_inside": (refusal("importBill", "X", "com.kingdee.bos.BOSException: x"), "exception"),
    "error_inside": (refusal("importBill", "ERROR", "x"), "exception"),
    "fault": (fault("java.lang.NullPointerException"), "soap_fault"),
    "fault_500": ((500, fault("java.sql.SQLException")), "soap_fault"),
    "fine_500": ((500, saved()), "http_500"),
}


class TestBadReplies:
    @pytest.mark.parametrize("name", BAD_REPLIES)
    def test_a_write_is_unknown_and_never_success(self, name):
        reply, reason = BAD_REPLIES[name]
        wire = Wire(importBill=reply, getBill=got(bill()))
        with pytest.raises(errors.Unknown) as caught:
            send(wire)
        assert caught.value.reason == reason
        assert caught.value.next_action == errors.ASK
        assert wire.names().count("importBill") == 1

    @pytest.mark.parametrize("operation", ["getBill", "queryBills"])
    @pytest.mark.parametrize("name", [name for name in BAD_REPLIES if name not in ("other_answer", "no_data")])
    def test_a_question_is_not_answered_by_it(self, name, operation):
        """Nothing found by mistake would cause a second document, no receipts by mistake would lose money."""
        reply = BAD_REPLIES[name][0]
        status, text = reply if isinstance(reply, tuple) else (200, reply)
        known = adapter(Wire(**{operation: (status, text.replace("importBill", operation))}))
        with pytest.raises((errors.Unknown, errors.Mismatch)):
            if operation == "getBill":
                known.find("receivable", "CRM-AR-1")
            else:
                known.read_receipts(results.ReceiptCursor(NOW - timedelta(hours=1)), NOW)

    @pytest.mark.parametrize(
        "change",
        [{"id": None}, {"id": ""}, {"billStatus": None}, {"billStatus": 3}, {"totalAmount": None},
         {"totalAmount": "a lot"}, {"modifiedTime": "yesterday"}],
    )  # fmt: skip
    def test_bills_that_cannot_be_read(self, change):
        with pytest.raises(errors.Unknown):
            adapter(Wire(getBill=got(bill(**change)))).find("receivable", "CRM-AR-1")

    def test_a_soap_refusal_did_nothing(self):
        for code in ("soapenv:Client", "soapenv:Client.NoSOAPAction", "soapenv:VersionMismatch"):
            with pytest.raises(errors.Rejected) as caught:
                send(Wire(importBill=(500, fault("no such operation", code))))
            assert caught.value.next_action == errors.STOP

    @pytest.mark.parametrize("error", [errors.NotSent("x"), errors.Unknown("x", reason="read_timeout")])
    def test_errors_of_the_wire_pass(self, error):
        with pytest.raises(type(error)):
            send(Wire(importBill=error))


class TestAsking:
    @pytest.mark.parametrize(
        "reply",
        [got(), result("getBill"), refusal("getBill", "", "应收单CRM-AR-1不存在")],
        ids=["code", "null", "words"],
    )
    def test_nothing_is_there(self, reply):
        assert adapter(Wire(getBill=reply)).find("receivable", "CRM-AR-1") == []

    @pytest.mark.parametrize(
        "reply",
        [
            refusal("getBill", "", "客户X不存在"),
            refusal("getBill", "PERMISSION", "CRM-AR-1不存在"),
            refusal("getBill", "X", "x"),
        ],
    )
    def test_another_refusal_is_not_nothing(self, reply):
        with pytest.raises(errors.Rejected):
            adapter(Wire(getBill=reply)).find("receivable", "CRM-AR-1")

    def test_another_document_is_a_mismatch(self):
        with pytest.raises(errors.Mismatch):
            adapter(Wire(getBill=got(bill(number="CRM-AR-10")))).find("receivable", "CRM-AR-1")

    @pytest.mark.parametrize(
        ("state", "step"),
        [("SAVED", "submit"), ("SUBMITTED", "audit"), ("AUDITED", "done"), ("REJECTED", "stop"), ("DELETED", "stop"),
         ("WHATEVER", "stop")],
    )  # fmt: skip
    def test_states(self, state, step):
        known = adapter(Wire(getBill=got(bill(billStatus=state))))
        (document,) = known.find("receivable", "CRM-AR-1")
        assert known.next_step("receivable", document) == step

    def test_people_audit_where_we_do_not(self):
        known = adapter(Wire(getBill=got(bill(billStatus="SUBMITTED"))), audit_kinds=())
        assert known.steps("receivable") == ("save", "submit")
        assert known.next_step("receivable", known.find("receivable", "CRM-AR-1")[0]) == "wait"
        assert known.steps("receipt") == ()

    @pytest.mark.parametrize(
        "change", [{"amount_total": "113.20"}, {"customer_number": "CRM-C-2"}, {"currency": "USD"}, {"number": "N"}]
    )
    def test_verify_finds_what_differs(self, change):
        known = adapter(Wire(getBill=got(bill())))
        (document,) = known.find("receivable", "CRM-AR-1")
        known.verify("receivable", receivable_values(), document)
        with pytest.raises(errors.Mismatch):
            known.verify("receivable", receivable_values(**change), document)

    def test_verify_of_a_customer_goes_by_name(self):
        known = adapter(Wire(getBill=got({"id": "C=1", "number": "CRM-C-1", "billStatus": "SAVED", "name": "别人"})))
        (document,) = known.find("customer", "CRM-C-1")
        with pytest.raises(errors.Mismatch):
            known.verify("customer", customer_values(), document)
