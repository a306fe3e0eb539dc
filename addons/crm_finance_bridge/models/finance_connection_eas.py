from dataclasses import fields as dataclass_fields

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..clients.kingdee_eas import DB_TYPES, SESSIONS
from ..clients.kingdee_eas_payloads import EasSettings

PRODUCT = "kingdee_eas"


class FinanceConnection(models.Model):
    """What a connection to Kingdee EAS needs beside the common settings: the kind of its database, for the login."""

    _inherit = "finance.connection"

    # others ask for an application id; EAS knows users only
    app_id = fields.Char(required=False)
    eas_db_type = fields.Selection(
        [("sqlserver", "SQL Server"), ("oracle", "Oracle"), ("db2", "DB2"), ("postgresql", "PostgreSQL")],
        "Database of EAS",
        help="EAS asks for it at login; its administrator knows it",
    )

    @api.model
    def _selection_product(self):
        return [*super()._selection_product(), (PRODUCT, self.env._("Kingdee EAS"))]

    @api.model
    def _login_fields(self, product):
        asked = super()._login_fields(product)
        if product != PRODUCT:
            return asked
        return (*(name for name in asked if name != "app_id"), "eas_db_type")

    @api.constrains("product", "app_id", "eas_db_type")
    def _check_login_complete(self):
        for connection in self:
            if connection.product == PRODUCT and not connection.eas_db_type:
                raise ValidationError(self.env._("Choose the database of EAS: the login asks for it."))
            if connection.product != PRODUCT and not connection.app_id:
                raise ValidationError(self.env._("Enter the application ID: this product asks for it."))

    def _adapter_credentials(self):
        if self.product != PRODUCT:
            return super()._adapter_credentials()
        return {
            "user_name": self.user_name,
            "password": self._secret_clear(),
            "dc_name": self.account_set,
            "db_type": DB_TYPES[self.eas_db_type],
        }

    def _adapter_settings(self):
        settings = super()._adapter_settings()
        if self.product != PRODUCT:
            return settings
        known = {field.name for field in dataclass_fields(EasSettings)}
        return {name: value for name, value in settings.items() if name in known}

    def _adapter_options(self):
        options = super()._adapter_options()
        if self.product == PRODUCT:
            # one login for all processes: some sites end the older session when the user logs in again
            options["tokens"] = self.env["finance.token"]._shared(self, SESSIONS)
        return options

    def _currency_default(self):
        return "BB01" if self.product == PRODUCT else super()._currency_default()
