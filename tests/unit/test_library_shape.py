"""The library is plain Python: no Odoo, no I/O, small files."""

import ast
from pathlib import Path

import pytest
from support.loading import ROOT, load_package

LIBRARY = ROOT / "addons/crm_merchant/lib"
ALLOWED = {"datetime", "re", "dataclasses", "functools", "decimal", "unicodedata", "json"}
ALLOWED |= {"hashlib", "hmac", "math", "opencc", "bisect", "itertools"}


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.py")), ids=lambda path: path.name)
def test_file(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= ALLOWED
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module.split(".")[0] in ALLOWED
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print", "eval", "exec")
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_load_package_does_not_load_the_addon_around_it():
    import sys

    assert load_package("addons/crm_merchant/lib", "merchant_lib") is sys.modules["merchant_lib"]
    assert "odoo" not in sys.modules


def test_load_package_says_what_is_missing():
    with pytest.raises(FileNotFoundError):
        load_package("addons/crm_merchant/nowhere", "merchant_nowhere")
    with pytest.raises(ImportError):
        load_package("tests/support", "merchant_lib")
    assert Path(ROOT, "tests").is_dir()
