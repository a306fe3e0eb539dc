"""Paths, names and lists that the commands share."""

import hashlib
import os
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
STATE = TOP / ".state"
CACHE = Path(
    os.environ.get("CRM_SUITE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "crm-suite"
)
ADDONS_DIR = TOP / "addons"
PYTHON = TOP / ".venv" / "bin" / "python"

# in the order of DESIGN's picture: each extends the ones before it
SUITE = [
    name
    for name in (
        "crm_merchant",
        "crm_quote_approval",
        "crm_project_delivery",
        "crm_service_ticket",
        "crm_finance_bridge",
    )
    if (ADDONS_DIR / name / "__manifest__.py").exists()
]

# What a database of ours holds of Odoo. It is written out because --skip-auto-install is used: left to itself, Odoo
# would add the modules that send data to paid services (lead enrichment, partner autocomplete, SMS).
ODOO_MODULES = [
    "account",
    "account_payment",
    "auth_signup",
    "base_import",
    "base_setup",
    "calendar",
    "contacts",
    "crm",
    "digest",
    "gamification",
    "hr",
    "hr_timesheet",
    "l10n_cn",
    "phone_validation",
    "portal",
    "portal_rating",
    "project",
    "project_account",
    "rating",
    "resource",
    "rpc",
    "sale_crm",
    "sale_management",
    "sale_margin",
    "sale_pdf_quote_builder",
    "sale_project",
    "sale_timesheet",
    "spreadsheet_dashboard",
    "web_hierarchy",
    "web_tour",
]

DEMO_DATABASE = "suite"
LANGUAGE = "zh_CN"
COUNTRY = "CN"


def odoo_root() -> Path:
    """Folder that holds the package ``odoo``."""
    import odoo

    return Path(next(iter(odoo.__path__))).parent


def odoo_script() -> list[str]:
    """The server's own start script: started with ``python -m odoo``, prefork cannot start its evented child."""
    root = odoo_root()
    for candidate in (root / "odoo-bin", root.parents[2] / "bin" / "odoo", Path("/usr/bin/odoo")):
        if candidate.exists():
            return [str(PYTHON), str(candidate)]
    raise SystemExit(f"No start script of Odoo found beside {root}; set ODOO_HOME to a complete Odoo 19.")


def addons_path() -> str:
    """Value of ``--addons-path``: Odoo's own folders and ours."""
    root = odoo_root()
    folders = [root / "odoo" / "addons", root / "addons", ADDONS_DIR]
    return ",".join(str(f) for f in folders if f.is_dir())


def template_key() -> str:
    """Changes when a database template made earlier no longer fits."""
    import odoo.release

    text = "\n".join([odoo.release.version, LANGUAGE, COUNTRY, *ODOO_MODULES, "3"])
    return hashlib.sha256(text.encode()).hexdigest()[:12]
