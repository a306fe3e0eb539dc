"""Acting on a lead of somebody else."""

import pytest
from attacks import everybody, refused_all
from world import ask, words_of

pytestmark = pytest.mark.slow


def acting(world):
    lead, b = world["lead"], world["b"]
    return [
        ("write", "crm.lead", "write", [lead], {"vals": {"name": "taken"}}),
        ("10 batch", "crm.lead", "write", [world["b_lead"], lead], {"vals": {"user_id": False}}),
        ("10 mine", "crm.lead", "write", [lead], {"vals": {"user_id": b}}),
        ("web_save", "crm.lead", "web_save", [lead], {"vals": {"user_id": b}, "specification": {}}),
        ("archive", "crm.lead", "action_archive", [lead], {}),
        ("unlink", "crm.lead", "unlink", [lead], {}),
        ("load", "crm.lead", "load", None, {"fields": [".id", "name"], "data": [[str(lead), "taken"]]}),
        ("parent", "res.partner", "write", [world["customer"]],
         {"vals": {"opportunity_ids": [[1, lead, {"name": "taken"}]]}}),
        ("6 follow", "crm.lead", "message_subscribe", [lead], {"partner_ids": [world["b_partner"]]}),
        ("6 follower row", "mail.followers", "create", None,
         {"vals_list": [{"res_model": "crm.lead", "res_id": lead, "partner_id": world["b_partner"]}]}),
        ("6 post", "crm.lead", "message_post", [lead], {"body": "hello"}),
        ("activity", "crm.lead", "activity_schedule", [lead], {"summary": "mine"}),
        ("merge", "crm.lead", "merge_opportunity", [world["b_lead"], lead], {}),
        ("convert", "crm.lead", "convert_opportunity", [lead], {"partner": None}),
        ("transfer", "crm.lead", "action_pool_transfer", [lead], {"user_id": b}),
        ("release", "crm.lead", "action_pool_release", [lead], {"reason": "x"}),
        ("give", "crm.lead", "action_pool_claim", [lead], {}),
        ("claim", "crm.lead", "action_pool_claim", [world["pooled"]], {}),
        ("claim masked", "crm.pool.lead", "action_pool_claim", [world["pooled"]], {}),
        ("private", "crm.lead", "_pool_move", [lead], {"event": "claim", "holders": {}}),
        ("private door", "crm.lead", "_through_door", [lead], {}),
        ("attach", "ir.attachment", "create", None,
         {"vals_list": [{"name": "x", "raw": "", "res_model": "crm.lead", "res_id": lead}]}),
        ("steal attachment", "ir.attachment", "write", [world["attachment"]], {"vals": {"res_id": world["b_lead"]}}),
        ("event", "calendar.event", "write", [world["event"]], {"vals": {"name": "taken"}}),
        ("quote", "sale.order", "create", None,
         {"vals_list": [{"partner_id": world["customer"], "opportunity_id": lead}]}),
        ("own event", "calendar.event", "create", None,
         {"vals_list": [{"name": "x", "start": "2030-01-01 01:00:00", "stop": "2030-01-01 02:00:00",
                         "opportunity_id": lead}]}),
    ]  # fmt: skip


def test_an_invitation_to_a_foreign_lead(world):
    """6: the form may be opened by anybody; its button asks for the lead."""
    for login in ("sales_rep_2", "sales_supervisor", "plain"):
        person = world.people[login]
        vals = {"res_model": "crm.lead", "res_ids": str([world["lead"]]), "partner_ids": [[4, world["b_partner"]]]}
        form, refusal = ask(person, "mail.followers.edit", "create", None, vals_list=[vals])
        if refusal is None:
            # Odoo refuses, or quietly does nothing; that nobody follows now is proved afterwards
            ask(person, "mail.followers.edit", "edit_followers", form)


@everybody("sales_rep_2", "regional_agent", "sales_supervisor", "marketing", "technical_lead", "plain", "customer")
def test_acting_on_a_foreign_lead(world, login):
    assert not refused_all(world.people[login], acting(world))


def test_acting_over_the_other_ways_in(world):
    for login in ("sales_rep_2", "marketing"):
        for person in (world.web(login), world.xml(login)):
            # arguments by name are the same there
            attacks = [attack for attack in acting(world) if attack[2] not in ("create", "load")]
            assert not refused_all(person, attacks)


def test_own_rights(world):
    """11: nobody moves himself into another team, region, company or role."""
    b, users = world["b"], world["users"]
    attacks = [
        ("team", "crm.team", "write", [world["team"]], {"vals": {"member_ids": [[4, b]]}}),
        ("team row", "crm.team.member", "create", None, {"vals_list": [{"crm_team_id": world["team"], "user_id": b}]}),
        ("own team", "res.users", "write", [b], {"vals": {"sale_team_id": world["team"]}}),
        ("company", "res.users", "write", [b], {"vals": {"company_ids": [[4, world["other_company"]]]}}),
        ("role", "res.users", "write", [b], {"vals": {"group_ids": [[4, 1]]}}),
        ("superior", "res.users", "write", [b], {"vals": {"employee_parent_id": world["employee_a"]}}),
        ("card", "hr.employee", "write", [world["employee_a"]], {"vals": {"parent_id": False}}),
        ("reader", "crm.region", "write", [world["east"]], {"vals": {"reader_ids": [[4, b]]}}),
        ("manager", "crm.region", "write", [world["east"]], {"vals": {"manager_ids": [[4, b]]}}),
        ("open region", "crm.region", "write", [world["east"]], {"vals": {"is_scoped": False}}),
        ("member", "crm.pool.member", "create", None, {"vals_list": [{"pool_id": world["east_pool"], "user_id": b}]}),
        ("member by pool", "crm.pool", "write", [world["east_pool"]], {"vals": {"member_ids": [[0, 0, {"user_id": b}]]}}),
        ("pool admin", "crm.pool", "write", [world["east_pool"]], {"vals": {"admin_ids": [[4, b]]}}),
        ("switch", "crm.region", "action_switch_on", [], {}),
        ("key of another", "res.users", "read", [world["a"]], {"fields": ["password"]}),
    ]  # fmt: skip
    for login in ("sales_rep_2", "sales_supervisor", "plain", "customer"):
        person = world.people[login]
        through = refused_all(person, attacks, excused=("key of another",))
        assert not through, login
    answer, _ = ask(world.people["plain"], "res.users", "read", [users["sales_rep"]], fields=["password"])
    assert not answer or not answer[0]["password"].strip("*")


@pytest.mark.changes
def test_the_duplicate_count_is_no_oracle(world):
    """7: an own lead with a foreign phone finds no duplicates of another region."""
    b = world.people["sales_rep_2"]
    lead = b.create("crm.lead", {"name": "probe", "phone": "139 1234 5678", "email_from": "secret@example.com"})
    answer = b.read("crm.lead", lead, "duplicate_lead_count", "duplicate_lead_ids")[0]
    assert answer["duplicate_lead_count"] == 0 and answer["duplicate_lead_ids"] == [lead]
    # the duplicate check says that it exists and who holds it, not what it is; over the limit it says no more
    hits, refusal = [], None
    for _try in range(200):
        hits, refusal = ask(b, "crm.duplicate.check", "action_check_duplicates", None, text="139 1234 5678")
        if refusal is not None:
            break
        assert not words_of([{**hit, "label": ""} for hit in hits])
    assert refusal is not None, "nobody stops a person who asks 200 times"


@pytest.mark.changes
def test_names_are_text_everywhere(world):
    """28: what a stranger calls himself reaches no history, to-do or message as markup."""
    boss = world.people["sales_supervisor"]
    names = ("@all", '<font color="red">x</font>', "[pay here](http://evil.example)", "长" * 5000)
    leads = boss.call("crm.lead", "create", vals_list=[
        {"name": name, "partner_name": name, "contact_name": name, "type": "lead", "user_id": world["b"]}
        for name in names])  # fmt: skip
    for lead in leads:
        ask(boss, "crm.lead", "write", [lead], vals={"user_id": world["a"]})
        ask(world.people["sales_rep"], "crm.lead", "action_followup_write", [lead], kind="call", content=names[1] * 3)
    for column, table in (("body", "mail_message"), ("body_html", "mail_mail"), ("note", "mail_activity")):
        assert world.sql(f"SELECT count(*) FROM {table} WHERE {column} LIKE '%<font color%'") == "0", table
        assert world.sql(f"SELECT count(*) FROM {table} WHERE {column} LIKE '%href=\"http://evil%'") == "0", table
