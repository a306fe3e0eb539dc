from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from ..lib import vault


class FinanceConnection(models.Model):
    """The secret of a connection: written by system administrators, shown to nobody.

    ``secret_token`` holds ciphertext and is closed to every user; ``secret_input`` takes a new secret and always reads
    empty.
    """

    _inherit = "finance.connection"

    secret_token = fields.Char(readonly=True, copy=False, groups=NO_ACCESS, exportable=False)
    secret_hint = fields.Char("Secret on File", readonly=True, copy=False, groups="base.group_system", exportable=False)
    secret_set_at = fields.Datetime("Secret Set", readonly=True, copy=False, groups="base.group_system")
    secret_input = fields.Char(
        "New Secret",
        compute="_compute_secret_input",
        inverse="_inverse_secret_input",
        compute_sudo=False,
        store=False,
        copy=False,
        groups="base.group_system",
        exportable=False,
        help="Write only: the application secret is encrypted with the server's key and never shown again",
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {"secret_token", "secret_hint", "secret_set_at"}

    def _compute_secret_input(self):
        self.secret_input = False

    def _inverse_secret_input(self):
        for connection, secret in self._entered("secret_input"):
            vals = {
                "secret_token": connection._encrypted(secret),
                "secret_hint": vault.hint(secret),
                "secret_set_at": fields.Datetime.now(),
            }
            connection.sudo()._through_door(*vals).write(vals)

    def _entered(self, name):
        """``(connection, clear secret)`` of those that got one in the write-only field ``name``; go through all of it."""
        for connection in self:
            if secret := connection[name]:
                yield connection, secret
        # the clear text leaves the cache at once: a web_save reads its record back
        self.invalidate_recordset([name], flush=False)

    @api.model
    def _check_key(self):
        """:raises UserError: the server has no key for secrets, so that no connection could keep its own"""
        try:
            vault.check()
        except vault.VaultError as error:
            raise UserError(self._error_sentence(error)) from None

    def _encrypted(self, secret):
        """Ciphertext of a secret that somebody entered.

        :raises UserError: where the server has no key to encrypt with
        """
        try:
            return vault.encrypt(secret)
        except vault.VaultError as error:
            raise UserError(self._error_sentence(error)) from None

    def _secret_clear(self):
        """The clear secret, only for the adapter. Raises VaultError."""
        self.ensure_one()
        token = self.sudo().secret_token
        if not token:
            raise vault.VaultError("no_secret")
        return vault.decrypt(token)
