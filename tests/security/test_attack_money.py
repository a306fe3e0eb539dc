"""Contracts, the bridge and its secret."""

import json

import pytest
from attacks import refused_all
from world import APP_SECRET, ask

pytestmark = pytest.mark.slow


def test_contract_buttons_of_the_wrong_person(world):
    contract, draft, milestone = world["contract"], world["draft_contract"], world["milestone"]
    attacks = [
        ("sign", "crm.contract", "action_sign", [draft], {}),
        ("cancel", "crm.contract", "action_cancel", [contract], {"reason": "x"}),
        ("refresh", "crm.contract", "action_refresh", [draft], {}),
        ("unlink", "crm.contract", "unlink", [draft], {}),
        ("copy", "crm.contract", "copy", [contract], {}),
        ("invoice", "crm.payment.plan.line", "action_create_invoice", [world["planned_line"]], {}),
        ("apply", "crm.payment.plan.line", "_plan_apply", [world["plan_line"]], {"entry": {"event": "refresh"}}),
        ("accept", "project.milestone", "action_accept", [milestone], {}),
        ("row", "crm.payment.plan.line", "create", None,
         {"vals_list": [{"contract_id": contract, "name": "x", "percent": 1}]}),
    ]  # fmt: skip
    for login in ("sales_rep_2", "regional_agent", "field_engineer", "technical_lead", "plain", "customer",
                  "clerk_other"):  # fmt: skip
        assert not refused_all(world.people[login], attacks), login


def test_another_company_is_out_of_reach(world):
    """38: the clerk of company B, also when he claims to work in A."""
    clerk = world.people["clerk_other"]
    company = {"allowed_company_ids": [1, world["other_company"]]}
    attacks = [
        (name, model, method, ids, {**arguments, "context": context})
        for context in ({}, company)
        for name, model, method, ids, arguments in [
            ("outbox", "finance.outbox", "search_read", None, {"domain": [], "fields": ["number"]}),
            ("row", "finance.outbox", "read", [world["outbox"]], {"fields": ["payload"]}),
            ("retry", "finance.outbox", "action_retry", [world["outbox"]], {}),
            ("check", "finance.outbox", "action_check_now", [world["outbox"]], {}),
            ("done", "finance.outbox", "action_mark_done", [world["outbox"]], {"evidence": "I saw it there"}),
            ("binding", "finance.binding", "search_read", None, {"domain": [], "fields": ["number"]}),
            ("attempts", "finance.attempt", "search_read", None, {"domain": [], "fields": ["res_name"]}),
            ("connection", "finance.connection", "read", [world["connection"]], {"fields": ["name"]}),
            ("test", "finance.connection", "action_test_connection", [world["connection"]], {}),
            ("contract", "crm.contract", "search_read", None, {"domain": [], "fields": ["name"]}),
            ("sign", "crm.contract", "action_sign", [world["draft_contract"]], {}),
            ("invoice", "account.move", "read", [world["invoice"]], {"fields": ["name"]}),
            ("mapping", "finance.mapping", "create", None,
             {"vals_list": [{"connection_id": world["connection"], "kind": "currency", "currency_id": 1, "number": "X"}]}),
            ("wizard", "finance.mark.done", "create", None,
             {"vals_list": [{"outbox_id": world["outbox"], "evidence": "I saw it there"}]}),
        ]
    ]  # fmt: skip
    assert not refused_all(clerk, attacks)


def test_outbox_buttons_of_the_wrong_person(world):
    attacks = [
        ("retry", "finance.outbox", "action_retry", [world["outbox"]], {}),
        ("check", "finance.outbox", "action_check_now", [world["outbox"]], {}),
        ("done", "finance.outbox", "action_mark_done", [world["outbox"]], {"evidence": "I saw it there"}),
        ("read", "finance.outbox", "read", [world["outbox"]], {"fields": ["payload"]}),
        ("deliver", "finance.outbox", "_cron_deliver", [], {}),
        ("restart", "finance.outbox", "_outbox_restart", [world["outbox"]], {}),
        ("poll", "finance.receipt", "_cron_poll", [], {}),
    ]
    for login in ("sales_rep", "sales_supervisor", "hq_commerce", "plain", "customer"):
        assert not refused_all(world.people[login], attacks), login
    # 37: nor may those who may press buttons call what waits as done, or try it again
    for login in ("finance_clerk", "finance_manager"):
        assert not refused_all(world.people[login], [attacks[0], attacks[2], *attacks[4:]]), login


def test_the_secret_never_comes_out(world):
    """34: by no field, no report, no export, no parameter, to nobody."""
    connection = world["connection"]
    fields = ["secret_token", "secret_hint", "secret_input", "secret_set_at"]
    for login in ("administrator", "suite_admin", "finance_manager", "finance_clerk", "plain"):
        person = world.people[login]
        for method, ids, arguments in (
            ("read", [connection], {"fields": []}),
            *(("read", [connection], {"fields": [field]}) for field in fields),
            ("web_read", [connection], {"specification": {field: {} for field in fields}}),
            ("export_data", [connection], {"fields_to_export": fields}),
            ("search_read", None, {"domain": [("secret_token", "like", "gAAAA")], "fields": ["name"]}),
            ("formatted_read_group", None, {"domain": [], "groupby": ["secret_token"], "aggregates": ["__count"]}),
            ("copy", [connection], {}),
        ):
            answer, refusal = ask(person, "finance.connection", method, ids, **arguments)
            text = json.dumps(answer) if refusal is None else refusal.message
            assert APP_SECRET not in text and "gAAAA" not in text, (login, method)
        answer, _refusal = ask(person, "ir.config_parameter", "search_read", None, domain=[], fields=["key", "value"])
        assert APP_SECRET not in json.dumps(answer)
        answer, _refusal = ask(
            person, "mail.message", "search_read", None, domain=[("model", "=", "finance.connection")], fields=["body"]
        )
        assert APP_SECRET not in json.dumps(answer)
    assert APP_SECRET not in world.server.log.read_text()
    assert APP_SECRET not in world.sql("SELECT string_agg(c::text, '') FROM finance_connection c")


@pytest.mark.changes
def test_addresses_that_no_connection_may_have(world):
    """35: even a system administrator's account does not turn the server against the inside."""
    administrator = world.people["administrator"]
    for address in (
        "http://erp.example.com/k3cloud/", "http://127.0.0.1:5432/", "https://127.0.0.1/k3cloud/",
        "https://169.254.169.254/latest/", "file:///etc/passwd", "https://10.0.0.1/k3cloud/", "https://[::1]/k3cloud/",
        "https://2130706433/k3cloud/", "https://0x7f.1/k3cloud/", "https://user:pw@erp.example.com/k3cloud/",
        "gopher://erp.example.com/", "", "https://localhost/k3cloud/", "https://[::ffff:127.0.0.1]/k3cloud/",
    ):  # fmt: skip
        _answer, refusal = ask(
            administrator, "finance.connection", "write", [world["connection"]], vals={"base_url": address}
        )
        if refusal is None:
            # what a name stands for is only known when it is looked up; then the call is refused before it begins
            answer, refusal = ask(administrator, "finance.connection", "action_test_connection", [world["connection"]])
            assert refusal is not None or answer["params"]["type"] == "danger", address
    administrator.call(
        "finance.connection", "write", [world["connection"]], vals={"base_url": "https://erp.example.com/k3cloud/"}
    )


@pytest.mark.changes
def test_an_invoice_on_its_way_stays_as_it_is(world):
    """36: while its fate is unknown nobody changes, resets, cancels or deletes it."""
    world.admin(
        f'env["finance.outbox"].browse({world["outbox"]})._outbox_write('
        '{"state": "uncertain", "remote_possible": True, "uncertain_since": "2026-03-02 00:00:00"})\n'
    )
    before = world.fingerprint()
    attacks = [
        ("draft", "account.move", "button_draft", [world["invoice"]], {}),
        ("cancel", "account.move", "button_cancel", [world["invoice"]], {}),
        ("unlink", "account.move", "unlink", [world["invoice"]], {}),
        ("price", "account.move.line", "write", [world["invoice_line"]], {"vals": {"price_unit": 1}}),
        ("by parent", "account.move", "write", [world["invoice"]],
         {"vals": {"invoice_line_ids": [[1, world["invoice_line"], {"quantity": 2}]]}}),
        ("date", "account.move", "write", [world["invoice"]], {"vals": {"invoice_date": "2026-04-01"}}),
        ("state", "account.move", "write", [world["invoice"]], {"vals": {"state": "draft"}}),
        ("new line", "account.move.line", "create", None,
         {"vals_list": [{"move_id": world["invoice"], "name": "x", "price_unit": 1}]}),
    ]  # fmt: skip
    for login in ("finance_clerk", "finance_manager", "administrator"):
        assert not refused_all(world.people[login], attacks), login
    after = world.fingerprint()
    assert [table for table in before if before[table] != after[table]] == []
