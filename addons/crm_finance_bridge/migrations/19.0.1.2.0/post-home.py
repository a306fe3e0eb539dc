"""Connections that were switched on before it was noted where: in this database."""

from odoo.tools import SQL


def migrate(cr, version):
    """Whoever updates a copy has to switch them off there, as before."""
    cr.execute(SQL("UPDATE finance_connection SET home = current_database() WHERE state = 'on' AND home IS NULL"))
