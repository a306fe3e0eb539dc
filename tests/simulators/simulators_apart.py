"""What a simulator imports: nothing of the clients it tests."""

import ast
from pathlib import Path

HERE = Path(__file__).resolve().parent


def imports_of(package):
    """First names of all modules that the files of a package import."""
    found = set()
    for file in (*(HERE / package).glob("*.py"), *(HERE / "simulation").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
    return found
