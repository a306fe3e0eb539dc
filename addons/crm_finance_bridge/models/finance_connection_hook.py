import secrets
from datetime import timedelta
from urllib.parse import urljoin

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS
from odoo.tools import consteq

from ..clients.errors import EndpointRefused
from ..lib import vault

SHORTEST = 32
# hours for which the secret before is good too: both sides are not changed in the same second
CHANGING = 24


class FinanceConnection(models.Model):
    """The door that the other side may knock at: an address of its own and a secret that signs each call.

    There is none before a system administrator has entered the secret that both sides share.
    """

    _inherit = "finance.connection"

    hook_code = fields.Char(readonly=True, copy=False, groups=NO_ACCESS, exportable=False)
    hook_url = fields.Char("Address for Announcements", compute="_compute_hook_url", groups="base.group_system")
    hook_token = fields.Char(readonly=True, copy=False, groups=NO_ACCESS, exportable=False)
    hook_former_token = fields.Char(readonly=True, copy=False, groups=NO_ACCESS, exportable=False)
    hook_former_until = fields.Datetime(
        "Secret Before Good Until", readonly=True, copy=False, groups="base.group_system", exportable=False
    )
    hook_is_changing = fields.Boolean(compute="_compute_hook_is_changing", groups="base.group_system")
    hook_input = fields.Char(
        "Secret for Announcements",
        compute="_compute_hook_input",
        inverse="_inverse_hook_input",
        compute_sudo=False,
        store=False,
        copy=False,
        groups="base.group_system",
        exportable=False,
        help="Write only, at least 32 characters: the same is entered in the program that calls us. It is encrypted with "
        "the server's key and never shown again. The secret before stays good for a day; enter the new one twice to end "
        "it at once.",
    )
    hook_limit = fields.Integer(
        "Announcements a Minute", default=600, required=True, help="What comes beyond is refused and may come again"
    )

    _hook_code_uniq = models.UniqueIndex("(hook_code) WHERE hook_code IS NOT NULL")
    _hook_limit_positive = models.Constraint("CHECK (hook_limit > 0)", "Take at least one announcement a minute.")

    def _guarded_fields(self):
        return super()._guarded_fields() | {"hook_code", "hook_token", "hook_former_token", "hook_former_until"}

    @api.depends("hook_code")
    def _compute_hook_url(self):
        for connection in self:
            code = connection.sudo().hook_code
            connection.hook_url = urljoin(connection.get_base_url(), f"/finance/hook/{code}") if code else False

    @api.depends("hook_former_until")
    def _compute_hook_is_changing(self):
        now = fields.Datetime.now()
        for connection in self:
            connection.hook_is_changing = bool(connection.hook_former_until and connection.hook_former_until > now)

    def _compute_hook_input(self):
        self.hook_input = False

    def _inverse_hook_input(self):
        for connection, secret in self._entered("hook_input"):
            if len(secret) < SHORTEST:
                raise UserError(
                    self.env._("A secret for announcements has at least %(count)s characters.", count=SHORTEST)
                )
            own = connection.sudo()
            vals = {
                "hook_token": connection._encrypted(secret),
                "hook_code": own.hook_code or secrets.token_urlsafe(18),
            }
            if own.hook_token:
                until = fields.Datetime.now() + timedelta(hours=CHANGING)
                vals |= {"hook_former_token": own.hook_token, "hook_former_until": until}
            own._through_door(*vals).write(vals)

    @api.model
    def _of_hook(self, code):
        """(connection that is on, its clear secrets) of an address; none and secrets that nobody has if there is none.

        Two secrets always, whatever there is: that of now and, for a day after it was changed, the one before.
        """
        nobody = [secrets.token_hex(SHORTEST), secrets.token_hex(SHORTEST)]
        connection = self.sudo().search([("hook_code", "=", code), ("state", "=", "on")], limit=1)
        if not connection or not consteq(connection.hook_code, code):
            return self.sudo().browse(), nobody
        try:
            connection._check_home()
            keys = [vault.decrypt(connection.hook_token), nobody[1]]
            if connection.hook_former_token and connection.hook_former_until > fields.Datetime.now():
                keys[1] = vault.decrypt(connection.hook_former_token)
        except (vault.VaultError, EndpointRefused):
            return connection, nobody
        return connection, keys
