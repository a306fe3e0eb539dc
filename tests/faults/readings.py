"""F2 for what is read: states, fapiao and limits of the far side, and what it announced. The reader is killed."""

import http.client
import secrets
import time
from functools import partial

from odoo.addons.crm_finance_bridge.clients.transport import HttpTransport

from .kills import Trap

FORM = "AR_receivable"
# name: (owner in a world or None for the reader's own, method or None, whether the process dies after it)
POINTS = {
    "request sent": (http.client.HTTPConnection, "getresponse", False),
    "reply read": (HttpTransport, "_exchange", True),
    "before a commit": (None, None, False),
    "after a commit": (None, None, True),
}


def every_reader(world, report, count):
    """SIGKILL at each point of each reader; twelve runs make each pair once. The next reader finds all, once."""
    for run in range(count):
        name, point = list(READERS)[run % len(READERS)], list(POINTS)[run % len(POINTS)]
        prepare, job, (committer, commit), check = READERS[name]
        read = partial(_read, *job)
        expected = prepare(world)
        # a window ends with the last whole second
        time.sleep(1.1)
        owner, method, is_after = POINTS[point]
        owner, method = owner or world.registry[committer], method or commit
        trap = Trap(world.random.randint(1, 2))
        place = trap.after if is_after else trap.before
        child = world.fork(before=partial(place, owner, method), work=read)
        child.wait()
        report.require(child.was_killed, f"the reader was not killed: {name}, {point}")
        for _again in range(2):
            with world.env() as env:
                read(env)
        check(world, report, expected)
        report.add(name)
        report.runs += 1
        report.documents += len(expected)


def _read(model, job, env):
    getattr(env[model], job)()


# -- states and fapiao ----------------------------------------------------------------------


def _prepare_changes(world):
    """{number: what must be known of it here}: one has a fapiao now, the other was opened again."""
    made = world.intents(2, in_pairs=False)
    world.drain(made)
    invoiced, opened = made
    fapiao = f"2431{secrets.randbelow(10**16):016}"
    rows = [{"FSRCBILLNO": invoiced, "FALLAMOUNTFOR_D": "1"}]
    model = {"FINVOICENO": fapiao, "FCustomerID": {"FNumber": _customer(world)}, "FSALESICENTRY": rows}
    _enter(world, "IV_SALESIC", model)
    world.erp.act(FORM, opened, "UnAudit")
    return {invoiced: (fapiao, "audited", 0), opened: (False, "rejected", 1)}


def _check_changes(world, report, expected):
    told = world.to_dos_of(expected)
    with world.env() as env:
        domain = [("connection_id", "=", world.connection_id), ("number", "in", list(expected))]
        for binding in env["finance.binding"].search(domain):
            number = binding.number
            found = binding.fapiao_number, binding.remote_stage, told.get(number, 0)
            report.require(found == expected[number], f"{number} is {found} here, not {expected[number]}")


# -- limits ---------------------------------------------------------------------------------


def _prepare_limit(world):
    """{customer: limit}; each archive over there adds to it."""
    before = _limit(world)
    _enter(world, "CRE_CustArchives", {"FOBJECTID": {"FNumber": _customer(world)}, "FCREDITAMOUNT": "100"})
    return {world.partner_id: before + 100}


def _check_limit(world, report, expected):
    found = _limit(world)
    report.require(found == expected[world.partner_id], f"the limit is {found}, not {expected[world.partner_id]}")
    with world.env() as env:
        problem = env["finance.connection"].browse(world.connection_id).credit_problem
        report.require(not problem, f"limits were not read: {problem}")


def _limit(world):
    with world.env() as env:
        company = env["finance.connection"].browse(world.connection_id).company_id
        partner = env["res.partner"].browse(world.partner_id).with_company(company)
        return partner.credit_limit if partner.use_partner_credit_limit else 0


# -- announcements --------------------------------------------------------------------------


def _prepare_announced(world):
    made = world.intents(2, in_pairs=False)
    world.drain(made)
    with world.env() as env:
        connection = env["finance.connection"].browse(world.connection_id)
        for number in made:
            world.erp.act(FORM, number, "UnAudit")
            env["finance.notice"]._take(connection, secrets.token_hex(8), f"event-{number}", number)
    return {number: (False, "rejected", 1) for number in made}


def _check_announced(world, report, expected):
    _check_changes(world, report, expected)
    with world.env() as env:
        outcomes = env["finance.notice"].search([("number", "in", list(expected))]).mapped("outcome")
        report.require(outcomes == ["done"] * len(expected), f"announcements are {outcomes}")


# -- the far side ---------------------------------------------------------------------------


def _customer(world):
    """Number of the customer of all documents."""
    with world.env() as env:
        domain = [("connection_id", "=", world.connection_id), ("kind", "=", "customer")]
        return env["finance.binding"].search([*domain, ("res_id", "=", world.partner_id)]).number


def _enter(world, form, model):
    """A document as a person over there enters and audits it."""
    with world.env() as env:
        client = env["finance.connection"].browse(world.connection_id)._adapter().client
    number = client.save(form, {"Model": model}).number
    client.submit(form, number)
    client.audit(form, number)


READERS = {
    "states and fapiao": (
        _prepare_changes,
        ("finance.binding", "_cron_changes"),
        ("finance.receipt", "_poll_commit"),
        _check_changes,
    ),
    "limits": (
        _prepare_limit,
        ("finance.connection", "_cron_credit"),
        ("finance.connection", "_credit_commit"),
        _check_limit,
    ),
    "announcements": (
        _prepare_announced,
        ("finance.receipt", "_cron_poll"),
        ("finance.receipt", "_poll_commit"),
        _check_announced,
    ),
}
