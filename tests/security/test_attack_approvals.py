"""Approvals: signing, delegating, changing and splitting."""

import pytest
from attacks import refused_all
from world import ask

pytestmark = pytest.mark.slow


def test_signing_what_is_not_ones_own(world):
    """14, 15, 17, 22: not one's own paper, not a colleague's step, not in a mixed list, not by private methods."""
    task, foreign = world["task"], world["foreign_task"]
    for login in ("sales_rep", "sales_rep_2", "technical_lead", "finance_manager", "sales_director", "suite_admin",
                  "administrator", "plain", "customer", "clerk_other"):  # fmt: skip
        attacks = [
            ("approve", "crm.approval.task", "action_approve", [task], {"comment": "x"}),
            ("reject", "crm.approval.task", "action_reject", [task], {"comment": "x"}),
            ("return", "crm.approval.task", "action_return", [task], {"step": 0, "comment": "x"}),
            ("mixed", "crm.approval.task", "action_approve", [task, foreign, 1], {}),
            ("private", "crm.approval.request", "_transition", [world["request"]], {"event": "approve"}),
            *(
                (
                    "wizard",
                    "crm.approval.decision",
                    "create",
                    None,
                    {
                        "vals_list": [
                            {
                                "task_id": task,
                                "request_id": world["request"],
                                "kind": kind,
                                "comment": "x",
                                "user_id": world["users"][login],
                                "user_ids": [[4, world["users"][login]]],
                            }
                        ]
                    },
                )
                for kind in ("reject", "return", "add_sign", "withdraw")
                if (kind, login) != ("withdraw", "sales_rep")
            ),
        ]
        if login != "suite_admin":
            # an administrator may hand a task to somebody else with the same right, never to himself
            attacks.append(("take", "crm.approval.task", "action_transfer", [task],
                            {"user": world["users"][login]}))  # fmt: skip
        for name, model, method, ids, arguments in attacks:
            answer, refusal = ask(world.people[login], model, method, ids, **arguments)
            if name == "wizard" and refusal is None:
                _answer, refusal = ask(world.people[login], model, "action_apply", answer)
            assert refusal is not None, (login, name, answer)


def test_a_delegation_gives_nobody_a_foreign_right(world):
    a, boss = world["users"]["sales_rep"], world["users"]["sales_supervisor"]
    vals = {"user_id": boss, "delegate_id": a, "date_from": "2020-01-01", "date_to": "2099-01-01"}
    for login in ("sales_rep", "sales_rep_2", "plain"):
        assert not refused_all(
            world.people[login], [("delegate", "crm.approval.delegation", "create", None, {"vals_list": [vals]})]
        )


def test_no_context_confirms_an_unapproved_quote(world):
    """23, 16: whatever stands in the caller's context, the gate stands."""
    contexts = ({}, {"skip_approval": 1, "tracking_disable": 1, "mail_notrack": 1, "force_company": 2},
                {"merchant_door": True, "crm_approval_payment": True, "mark_so_as_sent": True, "install_mode": True,
                 "crm.approval.voided": [], "su": True, "bypass": True, "no_check": True})  # fmt: skip
    for login in ("sales_rep", "sales_supervisor", "sales_director", "suite_admin", "administrator"):
        for context in contexts:
            for order in (world["waiting"], world["untouched"]):
                for method in ("action_confirm", "action_quotation_sent", "action_quotation_send", "_action_confirm"):
                    _answer, refusal = ask(world.people[login], "sale.order", method, [order], context=context)
                    assert refusal is not None, (login, method, context)


@pytest.mark.changes
@pytest.mark.parametrize("way", range(8))
def test_a_change_after_approval_voids_it(world, way):
    """18: by the line, by the parent, by another line, a currency, a payment term, an order of lines."""
    order, rep = world["approved"][way], world.people["sales_rep"]
    lines = rep.read("sale.order", order, "order_line")[0]["order_line"]
    product = world["product"]
    term = rep.search("account.payment.term", [], "id", limit=1)[0]["id"]
    changes = [
        ("sale.order.line", "write", [lines[0]], {"vals": {"price_unit": 55000}}),
        ("sale.order", "write", [order], {"vals": {"order_line": [[1, lines[0], {"discount": 5}]]}}),
        ("sale.order", "write", [order], {"vals": {"order_line": [[2, lines[1], 0]]}}),
        (
            "sale.order",
            "write",
            [order],
            {"vals": {"order_line": [[0, 0, {"product_id": product, "price_unit": -5000}]]}},
        ),
        (
            "sale.order.line",
            "create",
            None,
            {"vals_list": [{"order_id": order, "product_id": product, "price_unit": 0}]},
        ),
        ("sale.order", "write", [order], {"vals": {"payment_term_id": term}}),
        ("sale.order.line", "write", [lines[1]], {"vals": {"sequence": 1}}),
        ("sale.order", "web_save", [order], {"vals": {"partner_id": world["customer"]}, "specification": {}}),
    ]
    model, method, ids, arguments = changes[way]
    _answer, refusal = ask(rep, model, method, ids, **arguments)
    if refusal is None:
        state = rep.read("sale.order", order, "approval_state")[0]["approval_state"]
        assert state == "void" or way == 6, state
    if refusal is None and (way != 6 or state == "void"):
        _answer, refusal = ask(rep, "sale.order", "action_confirm", [order])
        assert refusal is not None


@pytest.mark.changes
def test_splitting_does_not_pass_below_the_threshold(world):
    """20: five quotes of 30 000 for one customer are judged together."""
    rep = world.people["sales_rep"]
    partner = rep.create("res.partner", {"name": "Splitter Ltd", "is_company": True})
    orders = [
        rep.create("sale.order", {"partner_id": partner, "order_line": [
            [0, 0, {"product_id": world["product"], "product_uom_qty": 1, "price_unit": 30000}]]})
        for _n in range(5)
    ]  # fmt: skip
    for order in orders:
        _answer, refusal = ask(rep, "sale.order", "action_confirm", [order])
        assert refusal is not None


@pytest.mark.changes
def test_a_right_that_was_taken_away_signs_nothing(world):
    """22: the step was asked while he had the role."""
    login = "technical_lead"
    task, boss = world["foreign_task"], world.people["sales_supervisor"]
    boss.call("crm.approval.task", "action_approve", [task])
    mine = world.people[login].search(
        "crm.approval.task", [("state", "=", "pending"), ("res_id", "=", world["foreign"])], "id"
    )
    assert len(mine) == 1
    administrator = world.people["administrator"]
    groups = administrator.search("res.groups", [("user_ids", "in", [world["users"][login]])], "id")
    assert groups
    # by his own hand, so that both workers hear of it
    plain = administrator.read("res.users", world["users"]["plain"], "group_ids")[0]["group_ids"]
    administrator.call("res.users", "write", [world["users"][login]], vals={"group_ids": [[6, 0, plain]]})
    _answer, refusal = ask(world.people[login], "crm.approval.task", "action_approve", [mine[0]["id"]])
    assert refusal is not None
    assert boss.read("sale.order", world["foreign"], "approval_state")[0]["approval_state"] == "pending"
