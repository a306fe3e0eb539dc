"""What uninstalling has to clean up besides what Odoo removes by itself."""

from odoo.tools import SQL

from odoo.addons.crm_merchant.hooks import forget_foreign_keys


def uninstall_hook(env):
    """Takes the append-only triggers off our ledger, so that its table can be dropped; the function stays, other
    ledgers use it."""
    table = SQL.identifier(env["crm.approval.ledger"]._table)
    env.cr.execute(SQL("DROP TRIGGER IF EXISTS ledger_rows ON %s", table))
    env.cr.execute(SQL("DROP TRIGGER IF EXISTS ledger_table ON %s", table))
    forget_foreign_keys(env, "crm_quote_approval")
