"""The table of bin/screenshots and the pages that show its pictures agree."""

import json
import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SCREENS = json.loads((TOP / "bin" / "house" / "screens.json").read_text())
ROLES = set(re.findall(r'^    "(\w+)": \("', (TOP / "addons/crm_merchant/demo/roles.py").read_text(), re.MULTILINE))


def docs_pictures():
    for screens in SCREENS.values():
        for screen in screens:
            yield from screen.get("docs", {}).values()


def test_every_role_is_photographed():
    seconds = {role for role in ROLES if role[-1].isdigit()}
    assert ROLES - seconds <= SCREENS.keys()
    assert SCREENS.keys() - ROLES == {"customer"}


def test_names_are_used_once():
    for role, screens in SCREENS.items():
        names = [screen["name"] for screen in screens]
        assert len(names) == len(set(names)), role
    pictures = list(docs_pictures())
    assert len(pictures) == len(set(pictures))


def test_pages_show_pictures_that_are_there():
    shown = set()
    for page in (TOP / "README.md", *(TOP / "docs").glob("*.md")):
        for target in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text()):
            assert (page.parent / target).is_file(), f"{page.name}: {target}"
            shown.add(Path(target).stem)
    made = {path.stem for path in (TOP / "docs" / "pictures").glob("*.png")}
    assert made == set(docs_pictures())
    assert shown == made


def test_pictures_are_small():
    assert sum(path.stat().st_size for path in (TOP / "docs" / "pictures").iterdir()) < 2_000_000
