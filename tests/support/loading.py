"""Loading plain Python packages of the addons without importing the addons themselves."""

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def load_package(path, name):
    """Import the package at ``path`` (relative to the repository) as ``name`` and give it.

    The addon around it is not imported, so no Odoo is needed. Its submodules are then imported
    with ``importlib.import_module(f"{name}.submodule")``. A package that is loaded already under
    this name is given back; ``FileNotFoundError`` if there is none at ``path``.
    """
    folder = (ROOT / path).resolve()
    start = folder / "__init__.py"
    if not start.is_file():
        raise FileNotFoundError(start)
    loaded = sys.modules.get(name)
    if loaded is not None:
        if Path(loaded.__file__) != start:
            raise ImportError(f"{name} is loaded from {loaded.__file__} already")
        return loaded
    spec = importlib.util.spec_from_file_location(name, start, submodule_search_locations=[str(folder)])
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return package
