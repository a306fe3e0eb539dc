from odoo import fields, models
from odoo.fields import NO_ACCESS

from ..clients.errors import EndpointRefused

REASON = "copied_database"


class FinanceConnection(models.Model):
    """A connection works only in the database in which somebody switched it on.

    A copy that nobody neutralised holds the secret and gives the same numbers to other documents; on the same server
    it has the key too.
    """

    _inherit = "finance.connection"

    home = fields.Char("Database of the Switch", readonly=True, copy=False, groups=NO_ACCESS, exportable=False)

    def _guarded_fields(self):
        return super()._guarded_fields() | {"home"}

    def _prepare_switch_vals(self, state, start_date):
        vals = super()._prepare_switch_vals(state, start_date)
        if state == "on":
            vals["home"] = self.env.cr.dbname
        return vals

    def _check_home(self):
        """:raises EndpointRefused: it is on, but was switched on in another database"""
        own = self.sudo()
        if own.state == "on" and own.home and own.home != self.env.cr.dbname:
            raise EndpointRefused("the database is a copy", reason=REASON)

    def _error_sentence(self, error):
        if isinstance(error, EndpointRefused) and error.reason == REASON:
            return self.env._(
                "This database is a copy, or was renamed: the connection was switched on in %(database)s and sends "
                "nothing here. If this is the one that sends from now on, finance presses Switch Off, Test Connection "
                "and Switch On; in a copy, Switch Off alone.",
                database=self.sudo().home,
            )
        return super()._error_sentence(error)
