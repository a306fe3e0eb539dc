"""README.md of each addon, put together from its ``readme/`` fragments; ``--check`` only compares."""

import ast
import sys

from . import settings

PARTS = [("DESCRIPTION", None), ("CONFIGURE", "Configuration"), ("USAGE", "Usage"), ("ROADMAP", "Known limits")]


def text_of(addon):
    folder = settings.ADDONS_DIR / addon
    manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
    pieces = [f"# {manifest['name']}\n"]
    for part, title in PARTS:
        path = folder / "readme" / f"{part}.md"
        if path.exists():
            pieces.append((f"## {title}\n\n" if title else "") + path.read_text().strip() + "\n")
    return "\n".join(pieces)


def main(check):
    stale = []
    for addon in settings.SUITE:
        path = settings.ADDONS_DIR / addon / "README.md"
        text = text_of(addon)
        if path.exists() and path.read_text() == text:
            continue
        stale.append(addon)
        if not check:
            path.write_text(text)
    if check and stale:
        print(f"README.md of {', '.join(stale)} does not match readme/; run: python -m house.readme")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
