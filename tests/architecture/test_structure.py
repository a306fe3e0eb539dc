"""The rules of the house that a reader of the source can check: one door a fact, one override a shared model, imports
in one direction, small files."""

import ast
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import source

MOST_LINES = 300
# override create and write, each for models of our own: forgets what is kept of the rows, holds the guard
OF_OUR_OWN = {"crm.remembered.mixin", "crm.guarded.mixin"}
present = pytest.mark.parametrize("addon", source.present())


@present
def test_addons_use_only_what_stands_before_them(addon):
    wrong = []
    for path in source.python_files(addon, tests=True):
        for node, module in source.imports(path):
            used = re.match(
                r"odoo\.addons\.(crm_(?:merchant|quote_approval|project_delivery|service_ticket|finance_bridge))\b",
                module,
            )
            if used and used[1] != addon and used[1] not in source.MAY_USE[addon]:
                wrong.append(f"{source.where(path, node)} imports {used[1]}")
    manifest = ast.literal_eval((source.ADDONS / addon / "__manifest__.py").read_text())
    ahead = set(manifest["depends"]) & set(source.MAY_USE) - source.MAY_USE[addon]
    assert not wrong and not ahead, (wrong, ahead)


@present
def test_plain_python_stays_plain(addon):
    """lib/, clients/ and messengers/ are tested without a database, so they import nothing of Odoo."""
    wrong = [
        f"{source.where(path, node)}: {module}"
        for path in source.python_files(addon)
        if {"lib", "clients", "messengers"} & set(path.relative_to(source.ADDONS / addon).parts)
        for node, module in source.imports(path)
        if module.split(".")[0] == "odoo"
    ]
    assert not wrong


def test_kernel_knows_nothing_above_it():
    kernel = source.ADDONS / "crm_merchant" / "models" / "kernel"
    above = {p.name for p in kernel.parent.iterdir() if p.is_dir()} - {"kernel", "__pycache__"}
    wrong = [
        f"{source.where(path, node)}: {module}"
        for path in sorted(kernel.glob("*.py"))
        for node, module in source.imports(path)
        if module.startswith("..") and module.lstrip(".").split(".")[0] in above
    ]
    assert not wrong


@present
def test_one_override_of_create_and_write_of_a_shared_model(addon):
    """It stands in models/kernel/; mixins of ours override neither. Those that do are for models of our own."""
    seen, wrong = {}, []
    for model in source.model_classes(addon):
        shared = not any(model.name in source.own_models(a) for a in source.present())
        mixin = model.name.endswith(".mixin") and model.name not in {"crm.ledger.mixin", *OF_OUR_OWN}
        if shared and not OF_OUR_OWN.isdisjoint(model.inherits):
            wrong.append(f"{source.where(model.path, model.node)}: a mixin of our own models on {model.name}")
        for method in {"create", "write"} & model.methods.keys():
            place = source.where(model.path, model.methods[method])
            if mixin:
                wrong.append(f"{place}: the mixin {model.name} overrides {method}")
            if shared and "kernel" not in model.path.parts:
                wrong.append(f"{place}: {method} of {model.name} outside the kernel")
            if shared and (model.name, method) in seen:
                wrong.append(f"{place}: a second {method} of {model.name}, see {seen[model.name, method]}")
            seen[model.name, method] = place
    assert not wrong


@present
def test_guarded_fields_are_written_by_their_door_only(addon):
    """A door is opened in the folder that owns the field: the one whose _guarded_fields names it."""
    wrong = []
    owners = {}
    for name in source.present():
        for model in source.model_classes(name):
            guarded = model.methods.get("_guarded_fields")
            for constant in ast.walk(guarded) if guarded else ():
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                    owners.setdefault(constant.value, set()).add(model.path.parent)
    for path in source.python_files(addon):
        for node in ast.walk(source.tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr != "_through_door":
                continue
            for argument in node.args:
                if isinstance(argument, ast.Constant) and path.parent not in owners.get(argument.value, {path.parent}):
                    wrong.append(f"{source.where(path, node)} opens the door of {argument.value}")
    assert not wrong


@present
def test_ledgers_have_no_foreign_keys(addon):
    wrong = []
    for model in source.model_classes(addon):
        if "crm.ledger.mixin" not in model.inherits:
            continue
        if model.values.get("_log_access") is not False:
            wrong.append(f"{source.where(model.path, model.node)}: {model.name} needs _log_access = False")
        for node in ast.walk(model.node):
            if isinstance(node, ast.Attribute) and node.attr in ("Many2one", "Many2many", "One2many"):
                wrong.append(f"{source.where(model.path, node)}: a ledger keeps integers and names")
    assert not wrong


@present
def test_files_stay_small(addon):
    wrong = {}
    for path in source.python_files(addon):
        lines = len(path.read_text().splitlines())
        if "models" in path.parts and lines > MOST_LINES:
            wrong[source.where(path)] = lines
    assert not wrong


@present
def test_nobody_is_given_what_only_a_door_writes(addon):
    """Decisions and ledgers: no access line gives write, create or unlink."""
    ledgers = {
        model.name
        for name in source.present()
        for model in source.model_classes(name)
        if model.defines and "crm.ledger.mixin" in model.inherits
    } | {
        "crm.approval.request",
        "crm.approval.task",
        "service.sla.status",
        "finance.outbox",
        "finance.binding",
        "finance.receipt",
    }
    wrong = []
    access = source.ADDONS / addon / "security" / "ir.model.access.csv"
    for line in access.read_text().splitlines()[1:]:
        _id, _name, model, _group, _read, *rest = line.split(",")
        model = model.split(".")[-1].removeprefix("model_").replace("_", ".")
        if model in ledgers and "1" in rest:
            wrong.append(line)
    assert not wrong


@present
def test_an_open_window_is_the_opener_s_own(addon):
    """Odoo lets everybody with access to a transient model read and write what a colleague has open: a rule says no."""
    windows = {
        model.name
        for model in source.model_classes(addon)
        if model.defines and any("TransientModel" in ast.unparse(base) for base in model.node.bases)
    }
    ruled = set()
    for path in (source.ADDONS / addon / "security").glob("*.xml"):
        for rule in ElementTree.parse(path).iter("record"):
            values = {field.get("name"): field for field in rule.iter("field")}
            if rule.get("model") == "ir.rule" and "groups" not in values and "domain_force" in values:
                if "create_uid" in values["domain_force"].text:
                    ruled.add(values["model_id"].get("ref").split(".")[-1].removeprefix("model_").replace("_", "."))
    assert windows <= ruled, windows - ruled


@present
def test_sql_is_never_put_together_from_text(addon):
    wrong = []
    for path in source.python_files(addon):
        for node in ast.walk(source.tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("execute", "execute_query")
                and node.args
                and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
            ):
                wrong.append(source.where(path, node))
    assert not wrong


@present
def test_record_rules_follow_an_update(addon):
    """A rule under noupdate stays in a database as it was on the day of installation, holes included."""
    held = [
        f"{path.relative_to(source.TOP)}: {rule.get('id')}"
        for path in sorted((source.ADDONS / addon).rglob("*.xml"))
        for root in ElementTree.parse(path).getroot().iter()
        if root.get("noupdate") == "1"
        for rule in root.iter("record")
        if rule.get("model") == "ir.rule"
    ]
    assert not held
