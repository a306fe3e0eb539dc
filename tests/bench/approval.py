"""What approvals cost quotes, beside OCA's base_tier_validation and sale_tier_validation."""

from .data import people
from .figures import Result, figure, in_turn
from .inside import measured


@figure("unrelated-write/orders-1", unit="queries", need="ours <= 2")
@figure("unrelated-write/orders-50", unit="queries", need="ours <= 2")
@figure("unrelated-write/orders-1-configured", unit="queries", need="ours <= 2")
@figure("unrelated-write/orders-50-configured", unit="queries", need="ours <= 2")
def unrelated_write(bench):
    """Queries beyond stock Odoo's of a ``write`` of one field that nobody judges, with and without rules for quotes."""
    for suffix, configured in (("", False), ("-configured", True)):
        for count in (1, 50):
            name = f"unrelated-write/orders-{count}{suffix}"
            if not bench.wants(name):
                continue
            stock, ours, peer = in_turn(
                bench.side("stock").later(write_orders, count=count),
                bench.side("suite").later(write_orders, count=count, rules="ours" if configured else ""),
                bench.side("tier").later(write_orders, count=count, rules="tier" if configured else ""),
                times=1,
            )  # fmt: skip
            note = f"stock {stock['queries']}"
            yield Result(name, ours["queries"] - stock["queries"], peer["queries"] - stock["queries"], note)


def write_orders(env, count, rules=""):
    """Cost of writing one field of quotes of a sales person."""
    from odoo.addons.crm_merchant.demo.roles import build_roles

    if rules == "ours":
        env.ref("crm_quote_approval.policy_quote").with_user(build_roles(env)["suite_admin"]).action_turn_on()
    elif rules == "tier":
        env["tier.definition"].create(
            [
                {"model_id": env.ref("sale.model_sale_order").id, "definition_domain": "[('amount_total', '>', 50000)]",
                 "reviewer_id": env.uid, "sequence": n}
                for n in range(3)
            ]
        )  # fmt: skip
    env = people.rep(env)
    orders = make_orders(env, count)
    return measured(
        env, lambda: orders.write({"client_order_ref": "b"}), warm=lambda: orders.write({"client_order_ref": "a"})
    )


def make_orders(env, count):
    """Quotes of one line, of the user of the environment."""
    root = env(su=True)
    product = root["product.product"].create({"name": "Press", "list_price": 1000, "type": "service"})
    partner = root["res.partner"].create({"name": "苏州精密机械有限公司", "is_company": True})
    line = {"product_id": product.id, "product_uom_qty": 1, "price_unit": 60000}
    return env["sale.order"].create(
        [{"partner_id": partner.id, "order_line": [(0, 0, line)]} for _number in range(count)]
    )


# -- submit and approve, without mail ------------------------------------------------------------------------


@figure("submit/orders-1", unit="queries", need="ours <= 25")
@figure("submit/orders-50", unit="queries", need="ours <= 60")
def submit(bench):
    """Queries of asking for approval by three steps in turn: records to be read again, to-dos counted, mail not."""
    for count in (1, 50):
        name = f"submit/orders-{count}"
        if bench.wants(name):
            yield compared(bench, name, submit_ours, submit_theirs, count=count)


@figure("approve/one-step", unit="queries", need="ours <= 20")
@figure("approve/one-step-cold", unit="queries")
def approve(bench):
    """Queries of signing the first of three steps: with the records in the cache as after the read that shows the
    card, and with every record to be read again."""
    for name, cold in (("approve/one-step", False), ("approve/one-step-cold", True)):
        if bench.wants(name):
            yield compared(bench, name, approve_ours, approve_theirs, cold=cold)


def compared(bench, name, ours, theirs, **arguments):
    ours, peer = in_turn(
        bench.side("suite").later(ours, **arguments), bench.side("tier").later(theirs, **arguments), times=1
    )
    return Result(name, ours["queries"], peer["queries"], note=f"{ours['seconds']:.2f} s, {peer['seconds']:.2f} s")


def read_again(record):
    """The record, as a running server has it: what is kept between requests is asked for too, only the records are not."""
    record.env.flush_all()
    record.env.invalidate_all()
    return record


def without_mail(env):
    """Patches of what sends mail on our side; to-dos stay."""
    from unittest.mock import patch

    flow, todos = type(env["crm.approval.request"]), type(env["mail.activity"])
    return patch.object(flow, "_notify"), patch.object(todos, "_merchant_send_digests")


def our_people(env):
    from odoo.addons.crm_merchant.demo.roles import build_roles

    users = build_roles(env)
    env.ref("crm_quote_approval.policy_quote").with_user(users["suite_admin"]).action_turn_on()
    return users


def submit_ours(env, count):
    users = our_people(env)
    env = env(user=users["sales_rep"])
    orders, first = separate_orders(env, count), separate_orders(env, 1)
    notify, digests = without_mail(env)
    with notify, digests:
        return measured(env, orders.action_approval_submit, warm=lambda: read_again(first).action_approval_submit())


def approve_ours(env, cold):
    users = our_people(env)
    env = env(user=users["sales_rep"])
    orders = separate_orders(env, 2)
    notify, digests = without_mail(env)
    with notify, digests:
        orders.action_approval_submit()
        env.cr.flush()
        tasks = env["crm.approval.task"].with_user(users["sales_supervisor"])
        first, second = (
            tasks.search([("res_id", "=", order.id), ("res_model", "=", "sale.order"), ("state", "=", "pending")])
            for order in orders
        )
        return signed(env, first.action_approve, second.action_approve, lambda: read_card(second), cold)


def read_card(task):
    """What the form of a task reads before somebody presses its button."""
    task.read(["title", "can_decide", "snapshot_html", "delta_html"])
    task._check_actor()


def signed(env, warm, call, look, cold):
    if cold:
        return measured(env, call, warm=warm)
    import time

    warm()
    env.cr.flush()
    env.invalidate_all()
    look()
    queries, started = env.cr.sql_log_count, time.perf_counter()
    call()
    env.cr.flush()
    return {"queries": env.cr.sql_log_count - queries, "seconds": time.perf_counter() - started}


def separate_orders(env, count):
    """Quotes of customers of their own, so that no sum is taken over them."""
    root = env(su=True)
    product = root["product.product"].create({"name": "Press", "list_price": 1000, "type": "service"})
    partners = root["res.partner"].create([{"name": f"客户{n}有限公司", "is_company": True} for n in range(count)])
    line = {"product_id": product.id, "product_uom_qty": 1, "price_unit": 60000, "tax_ids": [(5,)]}
    return env["sale.order"].create([{"partner_id": partner.id, "order_line": [(0, 0, line)]} for partner in partners])


def their_orders(env, count):
    people_ = env["res.users"].search([("login", "like", "bench_rep_")], limit=4, order="id")
    # who reviews must be able to read the order; theirs gives nobody that
    people_[1:].write({"group_ids": [(4, env.ref("sales_team.group_sale_salesman_all_leads").id)]})
    model = env.ref("sale.model_sale_order").id
    env["tier.definition"].create(
        [
            {"model_id": model, "definition_domain": "[('amount_total', '>', 50000)]", "reviewer_id": person.id,
             "sequence": 30 - n, "approve_sequence": True, "notify_on_create": False, "notify_on_pending": False}
            for n, person in enumerate(people_[1:])
        ]
    )  # fmt: skip
    return separate_orders(env(user=people_[0]), count), people_[1]


def submit_theirs(env, count):
    orders, _first = their_orders(env, count + 1)
    return measured(env, orders[1:].request_validation, warm=lambda: read_again(orders[0]).request_validation())


def approve_theirs(env, cold):
    orders, person = their_orders(env, 2)
    orders.request_validation()
    env.cr.flush()
    mine = orders.with_user(person).sudo(False)
    look = lambda: mine[1].read(["can_review", "review_ids", "validation_status"])  # noqa: E731
    return signed(env, mine[0].validate_tier, mine[1].validate_tier, look, cold)


# -- the list of a busy approver -----------------------------------------------------------------------------


@figure("my-approvals/queries-10000", unit="queries", need="ours <= 6")
@figure("my-approvals/ms-10000", unit="ms", need="ours <= 50")
@figure("my-approvals/queries-1000", unit="queries", need="ours <= 6")
@figure("my-approvals/ms-1000", unit="ms", need="ours <= 50")
def my_approvals(bench):
    """The whole call of the list "waiting for me", 100 of the open requests mine."""
    for size in (10_000, 1_000):
        ours = bench.side("suite").later(list_ours, size=size)()
        yield Result(f"my-approvals/queries-{size}", ours["queries"], note="100 mine")
        yield Result(f"my-approvals/ms-{size}", 1000 * ours["seconds"], note="100 mine")


def fill_requests(env, users, size, state="pending", mine=100):
    """Requests with one open task each, the first ``mine`` of them of the finance manager; by SQL."""
    from odoo.tools import SQL

    from .data import filling

    rep, boss, me = (users[name].id for name in ("sales_rep", "sales_supervisor", "finance_manager"))
    company, policy = env.company, env.ref("crm_quote_approval.policy_quote").id
    common = {"create_uid": 1, "write_uid": 1, "create_date": SQL("now()"), "write_date": SQL("now()")}
    about = {
        "res_model": "sale.order", "res_id": SQL("1000000 + n"), "title": SQL("'S' || n"), "amount": SQL("1000 + n"),
        "currency_id": company.currency_id.id, "company_id": company.id, "requester_id": rep, "round": 1,
    }  # fmt: skip
    env.cr.execute("SELECT COALESCE(max(id), 0) FROM crm_approval_request")
    base = env.cr.fetchone()[0]
    filling.insert(
        env, "crm_approval_request", size,
        {**common, **about, "id": SQL("%s + n", base), "state": state, "step_no": 1, "policy_id": policy,
         "submitted_at": SQL("now()")},
    )  # fmt: skip
    filling.insert(
        env, "crm_approval_task", size,
        {**common, **about, "request_id": SQL("%s + n", base), "state": "pending" if state == "pending" else "approved",
         "user_id": SQL("CASE WHEN n <= %s THEN %s ELSE %s END", mine, me, boss),
         "principal_id": SQL("CASE WHEN n <= %s THEN %s ELSE %s END", mine, me, boss),
         "step_no": 1, "step_name": "Step", "mode": "any", "right_kind": "user", "needed": 1,
         "deadline": SQL("now() + n * interval '1 minute'")},
    )  # fmt: skip
    env.cr.execute("SELECT setval('crm_approval_request_id_seq', (SELECT max(id) FROM crm_approval_request))")
    for table in ("crm_approval_request", "crm_approval_task"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()


def list_ours(env, size):
    users = our_people(env)
    fill_requests(env, users, size)
    tasks = env["crm.approval.task"].with_user(users["finance_manager"])
    names = ("title", "amount", "step_label", "deadline", "is_late", "can_decide", "state", "comment_required")
    specification = {name: {} for name in names}
    for name in ("requester_id", "currency_id"):
        specification[name] = {"fields": {"display_name": {}}}
    domain = [("state", "=", "pending"), "|", ("user_id", "=", users["finance_manager"].id),
              ("principal_id", "=", users["finance_manager"].id)]  # fmt: skip

    def call():
        found = tasks.web_search_read(domain, specification, limit=80, count_limit=10001)
        assert found["length"] == 100, found["length"]

    return measured(env, call, warm=call)


# -- policies, races, the ledger ------------------------------------------------------------------------------


@figure("policy-change/requests-100000", unit="s", need="ours <= 1")
@figure("policy-change/queries-100000", unit="queries")
def policy_change(bench):
    """Another threshold in a policy that judged 100 000 papers, with its version and ledger row."""
    few = bench.side("suite").later(change_policy, size=100)()
    many = bench.side("suite").later(change_policy, size=100_000)()
    yield Result("policy-change/requests-100000", many["seconds"], note=f"with 100 requests {few['seconds']:.3f} s")
    same = many["queries"] == few["queries"]
    yield Result("policy-change/queries-100000", many["queries"], note=f"with 100 requests {few['queries']}", ok=same)


def change_policy(env, size):
    users = our_people(env)
    fill_requests(env, users, size, state="approved")
    step = env.ref("crm_quote_approval.policy_quote_supervisor").with_user(users["suite_admin"])
    numbers = iter(range(60000, 60009))

    def call():
        step.threshold = next(numbers)

    return measured(env, call, warm=call)


@figure("race/wrong-decisions-200", unit="decisions", need="ours <= 0")
def race(bench):
    """Two approvers of an any-of step press at the same moment, 200 times, over two connections: one signature each
    time, and the other is told that it no longer waits."""
    ours = bench.side("suite", scratch=True).later(race_ours, times=200)()
    note = f"{ours['signed']} signed, {ours['told']} told, {ours['seconds']:.0f} s {ours['others']}"
    yield Result("race/wrong-decisions-200", ours["wrong"], note=note)


def race_ours(env, times):
    """Each pair runs in two threads with the retry that Odoo's own server gives a request."""
    import threading
    import time

    from odoo import api
    from odoo.exceptions import UserError
    from odoo.modules.registry import Registry
    from odoo.service.model import retrying

    users = our_people(env)
    step = env.ref("crm_quote_approval.policy_quote_supervisor")
    two = users["sales_supervisor"] | users["technical_lead"]
    step.policy_id.step_ids.filtered(lambda row: row != step).unlink()
    step.write({"source": "user", "user_ids": [(6, 0, two.ids)], "superiors_first": False, "mode": "any"})
    orders = separate_orders(env(user=users["sales_rep"]), times)
    notify, digests = without_mail(env)
    with notify, digests:
        orders.action_approval_submit()
        pairs = [[(task.id, task.user_id.id) for task in order.sudo().approval_request_id.task_ids] for order in orders]
        env.cr.commit()
        registry, signed_, told, wrong = Registry(env.cr.dbname), [], [], []

        def press(task_id, user_id, gate):
            with registry.cursor() as cr:
                own = api.Environment(cr, user_id, {})
                # both have looked at the card before
                own["crm.approval.task"].browse(task_id).read(["state"])
                gate.wait()
                try:
                    retrying(own["crm.approval.task"].browse(task_id).action_approve, own)
                    signed_.append(task_id)
                except Exception as error:  # told in words, or it is wrong
                    (told if isinstance(error, UserError) else wrong).append(type(error).__name__)

        started = time.perf_counter()
        for pair in pairs:
            gate = threading.Barrier(2)
            threads = [threading.Thread(target=press, args=(*one, gate)) for one in pair]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    env.invalidate_all()
    rows = env["crm.approval.ledger"].sudo().search([("event", "=", "approve"), ("res_id", "in", orders.ids)])
    twice = len(rows) - len(set(rows.mapped("res_id")))
    missing = times - len(set(rows.mapped("res_id")))
    return {"wrong": len(wrong) + twice + missing, "signed": len(signed_), "told": len(told),
            "others": ", ".join(sorted(set(wrong))), "seconds": time.perf_counter() - started}  # fmt: skip


@figure("ledger-check/rows-100000", unit="s", need="ours <= 30")
@figure("ledger-check/memory-100000", unit="MB", need="ours <= 50")
def ledger_check(bench):
    """The check of all chains and seals; the memory is what it adds at its peak."""
    ours = bench.side("suite").later(check_ours, rows=100_000)()
    yield Result("ledger-check/rows-100000", ours["seconds"], note=f"{ours['rows']} rows, {ours['findings']} findings")
    yield Result("ledger-check/memory-100000", ours["memory"], note=f"at 10 000 rows {ours['memory_10000']:.0f} MB")


def check_ours(env, rows):
    import time
    import tracemalloc

    users = our_people(env)
    ledger = env["crm.approval.ledger"].sudo()

    def fill(start, count):
        for first in range(start, start + count, 5000):
            ledger._ledger_append(
                [
                    {"res_model": "sale.order", "res_id": 5_000_000 + n // 10, "res_name": "S", "event": "remind",
                     "company_ref": env.company.id, "reason": "x"}
                    for n in range(first, first + 5000)
                ]
            )  # fmt: skip
            env.cr.flush()
            env.invalidate_all()

    def peak():
        check = env["crm.approval.check"].with_user(users["suite_admin"]).create({})
        tracemalloc.start()
        check.action_check()
        memory = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        return memory

    fill(0, 10_000)
    small = peak()
    fill(10_000, rows - 10_000)
    env.cr.execute("ANALYZE crm_approval_ledger")
    check = env["crm.approval.check"].with_user(users["suite_admin"]).create({})
    started = time.perf_counter()
    check.action_check()
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "rows": check.row_count, "findings": check.finding_count, "memory": peak(),
            "memory_10000": small}  # fmt: skip
