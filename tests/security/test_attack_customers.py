"""Customers of a closed region, held and in a pool: by people of sales who do not belong there (1–4, 9, 10)."""

import json

import pytest
from attacks import SPEC, everybody, refused_all, ways_to_write
from world import ask

pytestmark = pytest.mark.slow

SALES = ("sales_rep_2", "regional_agent", "sales_supervisor", "marketing")
WORDS = ("密函", "13700001111", "137 0000 1111", "mihan@example.com")


def reading(world):
    """(name, model, method, ids, arguments) of every way to the customers, their people, orders and follow-ups."""
    partners = [world[name] for name in ("held", "lying", "held_contact", "lying_contact")]
    order = {"partner_id": {"fields": {"display_name": {}, "phone": {}}}}
    return [
        ("1 all", "res.partner", "search_read", None, {"domain": [], "fields": ["name", "phone", "email"]}),
        ("1 archived", "res.partner", "search_read", None,
         {"domain": [("active", "in", [True, False])], "fields": ["name"]}),
        *[(f"1 read {n}", "res.partner", "read", [partner], {"fields": ["name"]}) for n, partner in enumerate(partners)],
        ("1 web_read", "res.partner", "web_read", [world["held"]], {"specification": SPEC}),
        ("1 web_search_read", "res.partner", "web_search_read", None, {"domain": [], "specification": SPEC}),
        ("1 copy", "res.partner", "copy", [world["held"]], {}),
        ("2 counts", "res.partner", "formatted_read_group", None,
         {"domain": [], "groupby": ["phone"], "aggregates": ["__count"]}),
        ("3 name_search", "res.partner", "name_search", None, {"name": "密函"}),
        ("3 name_create", "res.partner", "name_search", None, {"name": "137 0000 1111"}),
        ("4 export", "res.partner", "export_data", partners, {"fields_to_export": ["name", "phone"]}),
        ("5 note", "mail.message", "read", [world["held_note"]], {"fields": ["body"]}),
        ("5 notes", "mail.message", "search_read", None,
         {"domain": [("model", "=", "res.partner")], "fields": ["body"]}),
        ("follow-up", "crm.followup", "read", [world["followup"]], {"fields": ["content"]}),
        ("follow-ups", "crm.followup", "search_read", None, {"domain": [], "fields": ["content", "partner_id"]}),
        ("order", "sale.order", "web_read", [world["held_order"]], {"specification": order}),
        ("orders", "sale.order", "web_search_read", None, {"domain": [], "specification": order}),
        ("orders grouped", "sale.order", "formatted_read_group", None,
         {"domain": [], "groupby": ["partner_id"], "aggregates": ["__count"]}),
        ("lines", "sale.order.line", "search_read", None, {"domain": [], "fields": ["name", "order_partner_id"]}),
        ("a line", "sale.order.line", "read", [world["held_line"]], {"fields": ["name"]}),
        ("report", "sale.report", "formatted_read_group", None,
         {"domain": [], "groupby": ["partner_id"], "aggregates": ["price_total:sum"]}),
        ("followers", "mail.followers", "search_read", None, {"domain": [], "fields": ["name", "email", "partner_id"]}),
        ("attendees", "calendar.attendee", "search_read", None,
         {"domain": [], "fields": ["common_name", "phone", "email", "event_id"]}),
        ("bank", "res.partner.bank", "search_read", None, {"domain": [], "fields": ["acc_number", "partner_id"]}),
        ("event", "calendar.event", "read", [world["held_event"]], {"fields": ["name"]}),
        ("events", "calendar.event", "search_read", None, {"domain": [], "fields": ["name", "partner_ids"]}),
        ("event with it", "calendar.event", "onchange", [],
         {"values": {"partner_ids": [[4, world["held"]]]}, "field_names": ["partner_ids"],
          "fields_spec": {"partner_ids": {"fields": {"name": {}, "phone": {}}},
                          "attendee_ids": {"fields": {"phone": {}, "email": {}, "common_name": {}}}}}),
        ("pool", "crm.pool.partner", "search_read", None, {"domain": [], "fields": []}),
        ("pool by id", "crm.pool.partner", "read", [world["lying"]], {"fields": ["display_name"]}),
        ("quote for it", "sale.order", "onchange", [],
         {"values": {"partner_id": world["held"]}, "field_names": ["partner_id"], "fields_spec": order}),
        ("quote for it, its terms", "sale.order", "onchange", [],
         {"values": {"partner_id": world["held"]}, "field_names": ["partner_id"],
          "fields_spec": {"partner_credit_warning": {}, "partner_invoice_id": order["partner_id"], "note": {}}}),
        ("a contact of it", "res.partner", "onchange", [],
         {"values": {"parent_id": world["held"]}, "field_names": ["parent_id"],
          "fields_spec": {"phone": {}, "email": {}, "city": {}, "commercial_company_name": {}}}),
        ("lead by default", "crm.lead", "onchange", [],
         {"values": {}, "field_names": [], "context": {"default_partner_id": world["lying"]},
          "fields_spec": {"phone": {}, "email_from": {}, "partner_name": {}}}),
        ("lead in a line", "res.partner", "onchange", [],
         {"values": {"opportunity_ids": [[0, "virtual_1", {"partner_id": world["lying"]}]]},
          "field_names": ["opportunity_ids"],
          "fields_spec": {"opportunity_ids": {"fields": {"phone": {}, "partner_name": {}}}}}),
        ("lead for it", "crm.lead", "onchange", [],
         {"values": {"partner_id": world["lying"]}, "field_names": ["partner_id"],
          "fields_spec": {"phone": {}, "email_from": {}, "partner_name": {}, "partner_id": order["partner_id"]}}),
    ]  # fmt: skip


@everybody(*SALES)
def test_reading_customers_finds_nothing(world, login):
    leaks = {}
    for person in (world.people[login], world.web(login)):
        for name, model, method, ids, arguments in reading(world):
            answer, refusal = ask(person, model, method, ids, **arguments)
            text = json.dumps(answer if refusal is None else refusal.message, ensure_ascii=False, default=str)
            if any(word in text for word in WORDS):
                leaks[type(person).__name__, name] = text[:300]
    assert not leaks


@everybody("sales_rep_2", "sales_supervisor")
def test_no_model_tells_of_customers(world, login):
    """Every model that there is, with all texts and links of its records, those that it takes from others too."""
    person, leaks = world.people[login], {}
    for model in world.models():
        fields, refusal = ask(person, model, "fields_get", None, attributes=["type", "store", "related"])
        texts = [
            name
            for name, field in (fields or {}).items()
            if field["type"] in ("char", "text", "html", "many2one") and (field.get("store") or field.get("related"))
        ]
        for names in (texts, ["display_name"]):
            rows, refusal = ask(person, model, "search_read", None, domain=[], fields=names, limit=1000)
            if refusal is None:
                break
        found = [row for row in rows or () if any(word in str(row) for word in WORDS)]
        if found:
            leaks[model] = found[:2]
    assert not leaks


@pytest.mark.changes
@everybody(*SALES)
def test_nobody_writes_a_hidden_customer_down(world, login):
    """An attendee, a follower or a bank account would show his mail and phone."""
    person = world.people[login]
    event = person.call("calendar.event", "create", vals_list=[
        {"name": "x", "start": "2030-01-01 01:00:00", "stop": "2030-01-01 02:00:00"}])[0]  # fmt: skip
    attacks = [
        ("attendee", "calendar.attendee", "create", None,
         {"vals_list": [{"event_id": event, "partner_id": world["held_contact"]}]}),
        ("event", "calendar.event", "write", [event], {"vals": {"partner_ids": [[4, world["held_contact"]]]}}),
        ("event of a pooled one", "calendar.event", "write", [event], {"vals": {"partner_ids": [[4, world["lying"]]]}}),
        ("follower", "mail.followers", "create", None,
         {"vals_list": [{"res_model": "calendar.event", "res_id": event, "partner_id": world["held"]}]}),
        ("bank", "res.partner.bank", "create", None,
         {"vals_list": [{"acc_number": "1", "partner_id": world["held"]}]}),
    ]  # fmt: skip
    assert not refused_all(person, attacks)


@everybody(*SALES)
def test_domains_on_customers_tell_nothing(world, login):
    found = {}
    for model, domain in (
        ("res.partner", [("name", "like", "密函")]),
        ("res.partner", [("phone", "=", "137 0000 1111")]),
        ("res.partner", [("child_ids.name", "like", "密函")]),
        ("res.partner", [("child_ids", "any!", [("name", "like", "密函")])]),
        ("sale.order", [("partner_id.name", "like", "密函")]),
        ("sale.order", [("order_line", "any!", [("name", "like", "密函")])]),
        ("sale.order.line", [("order_id.partner_id.phone", "=", "137 0000 1111")]),
        ("crm.followup", [("content", "like", "密函")]),
        ("crm.lead", [("partner_id.name", "like", "密函")]),
        ("crm.pool.partner", [("display_name", "like", "密函")]),
    ):
        answer, _refusal = ask(world.people[login], model, "search_count", None, domain=domain)
        if answer:
            found[model, str(domain)] = answer
    assert not found


@everybody(*SALES, "plain", "customer", "finance_clerk", "project_manager")
def test_nobody_takes_a_customer(world, login):
    before, person = world.fingerprint(), world.people[login]
    held, lying, me = [world["held"]], [world["lying"]], world["users"][login]
    attacks = [
        ("10 release", "res.partner", "action_pool_release", held, {"reason": "mine now"}),
        ("10 transfer", "res.partner", "action_pool_transfer", held, {"user_id": me, "reason": "mine now"}),
        ("10 claim of the held", "res.partner", "action_pool_claim", held, {}),
        ("claim past membership", "res.partner", "action_pool_claim", lying, {}),
        ("claim in the view", "crm.pool.partner", "action_pool_claim", lying, {}),
        ("another pool", "res.partner", "action_pool_change", lying, {"pool_id": world["south_pool"], "reason": "x"}),
        ("collaborator", "res.partner", "action_collaborator_set", held,
         {"user_id": me, "until": "2099-01-01", "can_write": True, "reason": "x"}),
        ("collaborator row", "crm.collaborator", "create", None,
         {"vals_list": [{"partner_id": world["held"], "user_id": me, "until": "2099-01-01"}]}),
        ("suite settings", "crm.suite.settings", "create", None, {"vals_list": [{}]}),
    ]  # fmt: skip
    for name, value in (
        ("user_id", me), ("pool_id", world["south_pool"]), ("pool_state", "owned"), ("region_id", world["south"]),
        ("recycle_deadline", "2099-01-01 00:00:00"), ("pool_locked", True), ("merchant_grade", "A"),
    ):  # fmt: skip
        for record in (world["held"], world["lying"]):
            attacks += [
                (f"{method} {name} {record}", "res.partner", method, ids, arguments)
                for method, ids, arguments in ways_to_write("res.partner", record, {name: value})
            ]
    through = refused_all(person, attacks)
    assert not through
    assert world.fingerprint() == before


def test_the_people_of_the_region_read_customers(world):
    """The attacks above would prove nothing if nobody could."""
    for login in ("sales_rep", "region_manager", "hq_commerce", "sales_director", "general_manager"):
        assert "密函" in world.people[login].read("res.partner", world["held"], "name")[0]["name"], login
        assert world.people[login].call("sale.order", "search_count", domain=[("partner_id", "=", world["held"])])
    pooled = world.people["sales_rep"].call("crm.pool.partner", "search_count", domain=[("id", "=", world["lying"])])
    assert pooled == 1
