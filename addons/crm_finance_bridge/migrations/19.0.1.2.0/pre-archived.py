"""An archived connection that was on went on sending what waited: it is off from now on, or no constraint could say so."""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(SQL("UPDATE finance_connection SET state = 'off' WHERE active IS NOT TRUE AND state = 'on'"))
