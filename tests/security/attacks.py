"""What the attacks share. Numbers in brackets are those of the abuse cases the suite was designed against."""

import pytest
from world import ask

OUTSIDERS = (
    "sales_rep_2", "regional_agent", "sales_supervisor", "marketing", "suite_admin", "technical_lead", "finance_clerk",
    "project_manager", "plain", "clerk_other", "customer",
)  # fmt: skip
# who answers for sales people reads the pool ledger of the whole company, with the names of companies in it
LEDGER_READERS = ("sales_supervisor", "marketing", "suite_admin")
SPEC = {"display_name": {}, "name": {}}


def everybody(*people):
    return pytest.mark.parametrize("login", people)


def refused_all(person, attacks, excused=()):
    """Names of the attacks that were neither refused nor answered with nothing."""
    through = {}
    for name, model, method, ids, arguments in attacks:
        answer, refusal = ask(person, model, method, ids, **arguments)
        # an import answers with its messages and no ids
        if isinstance(answer, dict) and answer.get("ids") is False:
            answer = None
        if refusal is None and answer not in (None, False, [], {}) and name not in excused:
            through[name] = answer
    return through


def ways_to_write(model, record_id, vals):
    """Every public method that carries values to a record."""
    name, value = next(iter(vals.items()))
    door = {"merchant_door": True, "door": [name], "skip_approval": 1, "tracking_disable": 1, "mail_notrack": 1,
            "install_mode": True, "module": "crm_merchant", "su": True, "uid": 1}  # fmt: skip
    yield "write", [record_id], {"vals": vals}
    yield "write", [record_id], {"vals": vals, "context": door}
    yield "web_save", [record_id], {"vals": vals, "specification": {}}
    yield "web_save", [record_id], {"vals": vals, "specification": {}, "context": door}
    if not isinstance(value, list):
        field = f"{name}/.id" if name.endswith("_id") else name
        yield "load", None, {"fields": [".id", field], "data": [[str(record_id), str(value)]]}
