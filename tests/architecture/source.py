"""Reads the addons' source without importing it."""

import ast
from functools import cache
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ADDONS = TOP / "addons"

# ours, each with those of ours it may build on (DESIGN section 1)
MAY_USE = {
    "crm_merchant": set(),
    "crm_quote_approval": {"crm_merchant"},
    "crm_project_delivery": {"crm_merchant", "crm_quote_approval"},
    "crm_service_ticket": {"crm_merchant", "crm_quote_approval", "crm_project_delivery"},
    "crm_finance_bridge": {"crm_merchant", "crm_quote_approval", "crm_project_delivery"},
}


def present():
    return [name for name in MAY_USE if (ADDONS / name / "__manifest__.py").exists()]


def python_files(addon, *, tests=False):
    for path in sorted((ADDONS / addon).rglob("*.py")):
        if tests or "tests" not in path.relative_to(ADDONS / addon).parts:
            yield path


@cache
def tree(path):
    return ast.parse(path.read_text(), str(path))


def where(path, node=None):
    line = f":{node.lineno}" if node is not None else ""
    return f"{path.relative_to(TOP)}{line}"


def imports(path):
    """(node, dotted module) of each import; relative ones start with dots."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield node, base
            for alias in node.names:
                yield node, f"{base}.{alias.name}" if node.module else f"{base}{alias.name}"


class ModelClass:
    """A class that defines or extends a model."""

    def __init__(self, path, node):
        self.path = path
        self.node = node
        self.values = {}
        for statement in node.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                try:
                    self.values[statement.targets[0].id] = ast.literal_eval(statement.value)
                except ValueError:
                    continue
        self.methods = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}

    @property
    def inherits(self):
        value = self.values.get("_inherit") or []
        return [value] if isinstance(value, str) else list(value)

    @property
    def name(self):
        return self.values.get("_name") or (self.inherits[0] if self.inherits else None)

    @property
    def defines(self):
        """Whether the model begins here."""
        return self.name not in self.inherits


@cache
def model_classes(addon):
    found = []
    for path in python_files(addon):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                model = ModelClass(path, node)
                if model.name:
                    found.append(model)
    return found


@cache
def own_models(addon):
    return {model.name for model in model_classes(addon) if model.defines}
