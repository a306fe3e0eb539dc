"""Reading what is not one's own: a lead of a closed region, by every interface."""

import json

import pytest
from attacks import LEDGER_READERS, OUTSIDERS, SPEC, everybody
from world import ApiError, ask, words_of

pytestmark = pytest.mark.slow


def reading(world):
    """(name, model, method, ids, arguments) of every way to a lead of 华东."""
    lead, pooled = world["lead"], world["pooled"]
    both, every = [lead, pooled], list(range(1, 200))
    default = {"default_opportunity_id": lead, "default_lead_id": lead, "default_res_id": lead}
    return [
        ("1 all", "crm.lead", "search_read", None, {"domain": [], "fields": ["name", "phone"]}),
        ("1 archived", "crm.lead", "search_read", None,
         {"domain": [("active", "in", [True, False])], "fields": ["name"]}),
        ("1 by id", "crm.lead", "search_read", None, {"domain": [("id", "in", every)], "fields": ["name", "phone"]}),
        ("1 read", "crm.lead", "read", both, {"fields": ["name"]}),
        ("1 one", "crm.lead", "read", [lead], {"fields": ["display_name"]}),
        ("1 web_read", "crm.lead", "web_read", [lead], {"specification": SPEC}),
        ("1 web_search_read", "crm.lead", "web_search_read", None, {"domain": [], "specification": SPEC}),
        ("1 copy", "crm.lead", "copy", [lead], {}),
        ("1 onchange of it", "crm.lead", "onchange", [lead],
         {"values": {}, "field_names": ["partner_id"], "fields_spec": {"name": {}, "phone": {}}}),
        ("2 counts", "crm.lead", "formatted_read_group", None,
         {"domain": [], "groupby": ["phone"], "aggregates": ["__count"]}),
        ("2 groups", "crm.lead", "web_read_group", None,
         {"domain": [], "groupby": ["email_from"], "aggregates": ["__count"]}),
        ("2 by everything", "crm.lead", "formatted_read_group", None,
         {"domain": [], "aggregates": ["__count"],
          "groupby": ["name", "phone", "email_from", "partner_name", "contact_name", "city", "function", "website",
                      "phone_key", "company_key", "partner_id", "user_id", "team_id", "stage_id", "region_id", "pool_id"]}),
        ("2 report", "crm.activity.report", "search_read", None, {"domain": [], "fields": ["lead_id", "body"]}),
        ("2 report counts", "crm.activity.report", "formatted_read_group", None,
         {"domain": [], "groupby": ["lead_id"], "aggregates": ["__count"]}),
        ("3 name_search", "crm.lead", "name_search", None, {"name": "机密"}),
        ("3 web_name_search", "crm.lead", "web_name_search", None, {"name": "机密", "specification": SPEC}),
        ("4 export", "crm.lead", "export_data", both, {"fields_to_export": ["name", "phone"]}),
        ("4 export of all", "crm.lead", "export_data", every, {"fields_to_export": ["name", "phone"]}),
        ("5 messages", "mail.message", "search_read", None,
         {"domain": [("model", "=", "crm.lead"), ("res_id", "in", both)], "fields": ["body", "subject"]}),
        ("5 one message", "mail.message", "read", [world["message"]], {"fields": ["body"]}),
        ("5 followers", "mail.followers", "search_read", None,
         {"domain": [("res_model", "=", "crm.lead"), ("res_id", "=", lead)], "fields": ["partner_id"]}),
        ("5 tracking", "mail.tracking.value", "search_read", None, {"domain": [], "fields": ["new_value_char"]}),
        ("9 its quotes", "sale.order", "search_read", None, {"domain": [], "fields": ["name", "opportunity_id"]}),
        ("9 quote grouped", "sale.order", "formatted_read_group", None,
         {"domain": [], "groupby": ["opportunity_id"], "aggregates": ["__count"]}),
        ("9 quote by default", "sale.order", "onchange", [],
         {"values": {}, "field_names": [], "context": default,
          "fields_spec": {"opportunity_id": {"fields": {"display_name": {}}}}}),
        ("9 event by default", "calendar.event", "onchange", [],
         {"values": {}, "field_names": [], "context": default,
          "fields_spec": {"opportunity_id": {"fields": {"display_name": {}}}, "res_model_name": {}}}),
        ("9 activity by default", "mail.activity", "onchange", [],
         {"values": {"res_id": lead}, "field_names": ["res_id"], "fields_spec": {"res_name": {}},
          "context": {"default_res_model": "crm.lead", "default_res_id": lead}}),
        ("9 conversion", "crm.lead2opportunity.partner", "onchange", [],
         {"values": {}, "field_names": [], "context": {**default, "active_model": "crm.lead", "active_id": lead},
          "fields_spec": {"lead_id": {"fields": {"display_name": {}}}, "duplicated_lead_ids": {"fields": SPEC}}}),
        ("13 activity", "mail.activity", "read", [world["activity"]], {"fields": ["summary", "res_name"]}),
        ("13 activities", "mail.activity", "search_read", None,
         {"domain": [("res_model", "=", "crm.lead")], "fields": ["summary", "res_name"]}),
        ("13 event", "calendar.event", "read", [world["event"]], {"fields": ["name", "opportunity_id"]}),
        ("13 events", "calendar.event", "search_read", None, {"domain": [], "fields": ["name", "opportunity_id"]}),
        ("13 event names", "calendar.event", "name_search", None, {"name": "机密"}),
        ("13 attachment", "ir.attachment", "read", [world["attachment"]], {"fields": ["name", "datas"]}),
        ("13 attachments", "ir.attachment", "search_read", None,
         {"domain": [("res_model", "=", "crm.lead")], "fields": ["name"]}),
        ("pool", "crm.pool.lead", "search_read", None, {"domain": [], "fields": ["company_label", "phone_label"]}),
        ("pool by id", "crm.pool.lead", "read", [pooled], {"fields": ["company_label"]}),
        ("pool by phone", "crm.pool.lead", "search_read", None,
         {"domain": [("whole_phone", "=", "13912345678")], "fields": ["company_label"]}),
        ("merged", "crm.merge.undo", "search_read", None, {"domain": [], "fields": []}),
        ("any!", "crm.lead", "search_read", None,
         {"domain": [("partner_id", "any!", [("opportunity_ids", "any!", [])])], "fields": ["name"]}),
    ]  # fmt: skip


def oracles(world):
    """(name, model, domain): each finds something only if it looks into a lead of 华东."""
    name = [("name", "like", "机密")]
    return [
        ("the lead", "crm.lead", name),
        ("its phone", "crm.lead", [("phone", "=", "139 1234 5678")]),
        ("its key", "crm.lead", [("phone_key", "like", "13912345678")]),
        ("customer", "res.partner", [("opportunity_ids", "any", name)]),
        ("customer, dotted", "res.partner", [("opportunity_ids.name", "like", "机密")]),
        ("customer, any!", "res.partner", [("opportunity_ids", "any!", name)]),
        ("customer, not any!", "res.partner", ["!", ("opportunity_ids", "not any!", name)]),
        ("quote", "sale.order", [("opportunity_id.name", "like", "机密")]),
        ("quote, any!", "sale.order", [("opportunity_id", "any!", name)]),
        ("event", "calendar.event", [("opportunity_id.phone", "=", "139 1234 5678")]),
        ("report", "crm.activity.report", [("lead_id.name", "like", "机密")]),
        ("pool ledger", "crm.pool.ledger", [("res_name", "like", "机密")]),
        ("message", "mail.message", [("body", "like", "机密")]),
        ("pool view", "crm.pool.lead", [("company_label", "like", "机密")]),
    ]


@everybody(*OUTSIDERS)
def test_reading_finds_nothing(world, login):
    person, leaks = world.people[login], {}
    for name, model, method, ids, arguments in reading(world):
        answer, refusal = ask(person, model, method, ids, **arguments)
        text = words_of(answer) if refusal is None else words_of(refusal.message)
        if text:
            leaks[name] = answer if refusal is None else refusal.message
    assert not leaks, json.dumps(leaks, ensure_ascii=False, default=str)[:3000]


@everybody(*OUTSIDERS)
def test_domains_tell_nothing(world, login):
    person, found = world.people[login], {}
    for name, model, domain in oracles(world):
        if name == "pool ledger" and login in LEDGER_READERS:
            continue
        for method in ("search_count", "search"):
            answer, _refusal = ask(person, model, method, None, domain=domain)
            if answer:
                found[name] = answer
    assert not found


@everybody("sales_rep_2", "sales_supervisor", "marketing", "plain", "customer")
def test_the_web_client_and_xmlrpc_tell_no_more(world, login):
    for person in (world.web(login), world.xml(login)):
        for name, model, method, ids, arguments in reading(world):
            if ids is None and method in ("name_search", "web_name_search", "search_read", "formatted_read_group"):
                answer, refusal = ask(person, model, method, None, **arguments)
            elif ids:
                answer, refusal = ask(person, model, method, ids, **arguments)
            else:
                continue
            assert not words_of(answer if refusal is None else refusal.message), (type(person).__name__, name)


@everybody("sales_rep_2", "marketing", "plain")
def test_the_chatter_of_a_foreign_lead(world, login):
    web = world.web(login)
    for path, params in (
        ("/mail/thread/messages", {"thread_model": "crm.lead", "thread_id": world["lead"], "fetch_params": {}}),
        ("/mail/thread/data", {"thread_model": "crm.lead", "thread_id": world["lead"], "request_list": ["followers"]}),
        ("/mail/data", {"fetch_params": [["mail.thread", {"thread_model": "crm.lead", "thread_id": world["lead"],
                                                          "request_list": ["followers", "activities"]}]]}),
    ):  # fmt: skip
        try:
            answer = web.post(path, params)
        except ApiError as error:
            answer = error.message
        assert not words_of(answer), path


def test_the_people_of_the_region_do_read_it(world):
    """The attacks above would prove nothing if nobody could."""
    for login in ("sales_rep", "region_manager", "hq_commerce", "sales_director", "general_manager"):
        answer = world.people[login].read("crm.lead", world["lead"], "name", "phone")
        assert set(words_of(answer)) >= {"机密", "139 1234 5678"}, login
    assert words_of(world.people["region_manager"].read("crm.lead", world["pooled"], "name"))
    with pytest.raises(ApiError):
        world.people["sales_rep"].read("crm.lead", world["pooled"], "name")
