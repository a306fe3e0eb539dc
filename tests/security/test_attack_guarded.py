"""Guarded fields, tried by whoever has the widest rights on their records."""

import pytest
from attacks import refused_all, ways_to_write
from world import ask

pytestmark = pytest.mark.slow


def guarded(world):
    """(model, id, values) that only their own doors write, and who may otherwise write the record."""
    ids = world.ids
    return [
        ("crm.lead", "lead", {"pool_id": ids["south_pool"]}, ("sales_rep", "region_manager", "administrator")),
        ("crm.lead", "lead", {"pool_state": "pooled"}, ("sales_rep", "region_manager", "administrator")),
        ("crm.lead", "pooled", {"pool_state": "owned"}, ("region_manager",)),
        ("crm.lead", "lead", {"pool_since": "2020-01-01 00:00:00"}, ("sales_rep", "administrator")),
        ("crm.lead", "lead", {"region_id": ids["south"]}, ("sales_rep", "region_manager", "administrator")),
        ("crm.lead", "lead", {"merged_into_id": ids["b_lead"]}, ("sales_rep", "administrator")),
        ("crm.lead", "lead", {"import_line_id": 1}, ("sales_rep", "administrator")),
        ("crm.pool.member", "member", {"claims_today": 0}, ("region_manager", "administrator")),
        ("crm.pool.member", "member", {"claims_date": "2020-01-01"}, ("region_manager", "administrator")),
        ("sale.order", "untouched", {"approval_state": "approved"}, ("sales_rep", "sales_supervisor", "administrator")),
        ("sale.order", "untouched", {"approval_request_id": ids["request"]}, ("sales_rep", "administrator")),
        ("sale.order", "untouched", {"approval_fingerprint": "0" * 64}, ("sales_rep", "administrator")),
        ("sale.order", "waiting", {"approval_state": "approved"}, ("sales_rep", "sales_supervisor", "administrator")),
        ("sale.order", "untouched", {"approval_confirmed_at": "2020-01-01 00:00:00"}, ("sales_rep", "administrator")),
        ("sale.order", "untouched", {"state": "sale"}, ("sales_rep", "sales_director", "administrator")),
        ("sale.order", "untouched", {"state": "sent"}, ("sales_rep", "sales_director", "administrator")),
        ("crm.contract", "contract", {"state": "completed"}, ("sales_rep", "hq_commerce", "administrator")),
        ("crm.contract", "contract", {"amount_total": 1}, ("sales_rep", "hq_commerce", "administrator")),
        ("crm.contract", "draft_contract", {"state": "signed"}, ("sales_rep", "hq_commerce", "administrator")),
        ("crm.contract", "draft_contract", {"amount_total": 1}, ("sales_rep", "hq_commerce", "administrator")),
        ("crm.contract", "draft_contract", {"user_id": ids["b"]}, ("sales_rep", "hq_commerce", "administrator")),
        ("crm.contract", "draft_contract", {"approval_state": "approved"}, ("sales_rep", "hq_commerce")),
        ("crm.contract", "draft_contract", {"signed_by_id": ids["b"]}, ("sales_rep", "hq_commerce")),
        ("crm.payment.plan.line", "plan_line", {"state": "paid"}, ("sales_rep", "hq_commerce", "finance_clerk")),
        ("crm.payment.plan.line", "plan_line", {"paid_amount": 1e6}, ("sales_rep", "hq_commerce", "finance_clerk")),
        ("crm.payment.plan.line", "planned_line", {"opened_on": "2020-01-01"}, ("sales_rep", "hq_commerce")),
        ("crm.payment.plan.line", "planned_line", {"move_ids": [[4, ids["invoice"]]]}, ("sales_rep", "hq_commerce")),
        ("crm.payment.plan.line", "draft_line", {"amount": 1}, ("sales_rep", "hq_commerce")),
        ("crm.payment.plan.line", "plan_line", {"percent": 1}, ("sales_rep", "hq_commerce", "administrator")),
        ("project.milestone", "milestone", {"is_reached": True}, ("project_manager", "suite_admin", "administrator")),
        ("project.milestone", "milestone", {"delivery_state": "accepted"}, ("project_manager", "administrator")),
        ("project.milestone", "milestone", {"delivery_contract_id": False}, ("project_manager", "administrator")),
        ("project.milestone", "milestone", {"project_id": False}, ("project_manager",)),
        ("account.payment", "payment", {"claim_state": "claimed"}, ("finance_clerk", "finance_manager")),
        ("account.payment", "payment", {"plan_line_id": ids["plan_line"]}, ("finance_clerk", "finance_manager")),
        ("finance.connection", "connection", {"state": "off"}, ("finance_manager", "administrator")),
        ("finance.connection", "connection", {"secret_token": "x"}, ("finance_manager", "administrator")),
        ("finance.connection", "connection", {"number_prefix": "EVIL"}, ("finance_manager", "administrator")),
    ]  # fmt: skip


GUARDED_COUNT = 38


@pytest.mark.parametrize("number", range(GUARDED_COUNT))
def test_guarded_fields_are_written_by_nobody(world, number):
    cases = guarded(world)
    assert len(cases) == GUARDED_COUNT
    model, record, vals, people = cases[number]
    for login in (*people, "plain", "customer"):
        attacks = [
            (method, model, method, ids, more) for method, ids, more in ways_to_write(model, world[record], vals)
        ]
        through = refused_all(world.people[login], attacks)
        # a caller's context is applied as it is; json turns True into an answer only where it went through
        assert not through, (login, through)


def test_guarded_fields_in_the_web_client_and_xmlrpc(world):
    for login in ("sales_rep", "hq_commerce", "finance_clerk"):
        for person in (world.web(login), world.xml(login)):
            for model, record, vals, people in guarded(world):
                if login in people:
                    assert not refused_all(person, [("write", model, "write", [world[record]], {"vals": vals})]), vals


def from_parents(world):
    """(person, model, id, one2many commands): the values come by the parent of the record they are for."""
    ids = world.ids
    lead, line = ids["lead"], ids["draft_line"]
    return [
        ("sales_rep", "res.partner", "customer", {"opportunity_ids": [[1, lead, {"pool_state": "pooled"}]]}),
        ("sales_rep", "res.partner", "customer", {"opportunity_ids": [[0, 0, {"name": "x", "pool_state": "owned"}]]}),
        ("region_manager", "crm.pool", "east_pool", {"member_ids": [[1, ids["member"], {"claims_today": 0}]]}),
        ("sales_rep", "sale.order", "waiting", {"approval_task_ids": [[1, ids["task"], {"state": "approved"}]]}),
        ("sales_rep", "sale.order", "waiting", {"approval_ledger_ids": [[2, ids["approval_row"], 0]]}),
        ("sales_rep", "sale.order", "waiting", {"version_ids": [[1, ids["version"], {"number": 9}]]}),
        ("sales_rep", "sale.order", "waiting", {"contract_ids": [[0, 0, {"amount_total": 1}]]}),
        ("sales_rep", "crm.contract", "draft_contract", {"plan_line_ids": [[1, line, {"state": "paid"}]]}),
        ("sales_rep", "crm.contract", "draft_contract", {"plan_line_ids": [[1, line, {"amount": 1}]]}),
        ("sales_rep", "crm.contract", "draft_contract",
         {"plan_line_ids": [[0, 0, {"name": "x", "percent": 1, "paid_amount": 5}]]}),
        ("hq_commerce", "crm.contract", "contract", {"plan_line_ids": [[2, ids["planned_line"], 0]]}),
        ("hq_commerce", "crm.contract", "contract", {"milestone_ids": [[1, ids["milestone"], {"is_reached": True}]]}),
        ("hq_commerce", "crm.contract", "contract", {"milestone_ids": [[5, 0, 0]]}),
        ("project_manager", "project.project", "project", {"milestone_ids": [[1, ids["milestone"], {"is_reached": True}]]}),
        ("project_manager", "project.project", "project",
         {"milestone_ids": [[0, 0, {"name": "forged", "is_reached": True}]]}),
        ("project_manager", "project.project", "project", {"milestone_ids": [[2, ids["milestone"], 0]]}),
        ("project_manager", "project.project", "project", {"delivery_contract_ids": [[5, 0, 0]]}),
        ("administrator", "finance.connection", "connection", {"outbox_ids": [[1, ids["outbox"], {"state": "done"}]]}),
        ("administrator", "finance.connection", "connection", {"outbox_ids": [[5, 0, 0]]}),
        ("finance_clerk", "account.move", "invoice", {"contract_ids": [[1, ids["contract"], {"amount_total": 1}]]}),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(20))
def test_guarded_fields_are_not_written_by_their_parents(world, number):
    login, model, record, vals = from_parents(world)[number]
    person = world.people[login]
    attacks = [
        ("write", model, "write", [world[record]], {"vals": vals}),
        ("web_save", model, "web_save", [world[record]], {"vals": vals, "specification": {}}),
    ]
    for name, _model, method, ids, arguments in attacks:
        _answer, refusal = ask(person, model, method, ids, **arguments)
        # fields that are computed without a way back take a value and do nothing; the fingerprint decides
        if refusal is None:
            assert (model, next(iter(vals))) in {("account.move", "contract_ids")}, (name, vals)


@pytest.mark.changes
@pytest.mark.parametrize(
    ("login", "model", "vals", "guarded_vals"),
    [
        ("sales_rep", "crm.lead", {"name": "born"}, {"pool_state": "owned", "pool_since": "2020-01-01 00:00:00"}),
        ("sales_rep", "sale.order", {"partner_id": "customer"},
         {"approval_state": "approved", "approval_fingerprint": "x", "approval_confirmed_fingerprint": "x"}),
        ("project_manager", "project.milestone", {"name": "born", "project_id": "project"}, {"is_reached": True}),
        ("finance_clerk", "account.payment", {"payment_type": "inbound", "partner_type": "customer", "amount": 1},
         {"claim_state": "claimed"}),
    ],
)  # fmt: skip
def test_nothing_is_born_with_guarded_values(world, login, model, vals, guarded_vals):
    """16: neither by values nor by the caller's defaults, nor by a copy."""
    person = world.people[login]
    vals = {name: world[value] if name in ("partner_id", "project_id") else value for name, value in vals.items()}
    for name, value in guarded_vals.items():
        _answer, refusal = ask(person, model, "create", None, vals_list=[{**vals, name: value}])
        assert refusal is not None, name
        answer, refusal = ask(person, model, "create", None, vals_list=[vals], context={f"default_{name}": value})
        if refusal is None:
            read = person.read(model, answer, name)[0][name]
            assert read != value, name


def test_a_new_milestone_by_defaults(world):
    answer, refusal = ask(
        world.people["project_manager"], "project.milestone", "create", None,
        vals_list=[{"name": "born"}], context={"default_project_id": world["project"], "default_is_reached": True},
    )  # fmt: skip
    assert refusal is not None, answer
