"""What installing changes outside our own tables, and how uninstalling gives it back."""

import json
import logging

from odoo.tools import SQL

from .models.kernel.ledger_mixin import TRIGGER_FUNCTION

_logger = logging.getLogger(__name__)

_SAVED = "crm_merchant.before_install"
_ENRICH = "crm.iap.lead.enrich.setting"
_ENRICH_CRON = "crm_iap_enrich.ir_cron_lead_enrichment"
_AUTOCOMPLETE = "iap.partner_autocomplete.endpoint"
# the discard port of this machine: the request ends here at once
_NOWHERE = "http://127.0.0.1:9"


def post_init_hook(env):
    """Leads leave the company to nobody: enrichment is set to manual, its cron stopped, autocompletion turned off.

    The setting alone does not stop the cron. What was there before is kept and given back by ``uninstall_hook``.
    """
    parameters = env["ir.config_parameter"].sudo()
    cron = env.ref(_ENRICH_CRON, raise_if_not_found=False)
    before = {
        "enrich": parameters.get_param(_ENRICH),
        "autocomplete": parameters.get_param(_AUTOCOMPLETE),
        "cron": bool(cron and cron.active),
    }
    parameters.set_param(_SAVED, json.dumps(before))
    parameters.set_param(_ENRICH, "manual")
    parameters.set_param(_AUTOCOMPLETE, _NOWHERE)
    if before["cron"]:
        cron.active = False
    _logger.info("Lead enrichment is manual and company autocompletion is off, so that no lead leaves the company.")


def forget_foreign_keys(env, addon):
    """Removes Odoo's notes of the foreign keys that ``addon`` put on models of others.

    The keys go with their columns; Odoo itself deletes their notes only with a whole model, so they would stay.
    """
    env["ir.model.constraint"].search([("module.name", "=", addon), ("type", "=", "f")]).unlink()


def uninstall_hook(env):
    """Gives back what ``post_init_hook`` changed and removes the ledgers' trigger function."""
    parameters = env["ir.config_parameter"].sudo()
    before = json.loads(parameters.get_param(_SAVED) or "{}")
    if before:
        parameters.set_param(_ENRICH, before["enrich"])
        parameters.set_param(_AUTOCOMPLETE, before["autocomplete"])
        parameters.set_param(_SAVED, False)
    cron = env.ref(_ENRICH_CRON, raise_if_not_found=False)
    if before.get("cron") and cron:
        cron.active = True
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(TRIGGER_FUNCTION)))
    forget_foreign_keys(env, "crm_merchant")
