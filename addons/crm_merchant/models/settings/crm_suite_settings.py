"""Settings that the suite administrator reaches: Odoo's settings page is for ``base.group_system`` alone.

The form holds copies of the values; nothing outside this record is written before ``execute``, which writes only what
the closed lists name. An addon adds its fields here under the names that they have on ``res.company``, lists them in
``_suite_company_fields`` or ``_suite_parameters``, and puts a block into the view.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError


class CrmSuiteSettings(models.TransientModel):
    _name = "crm.suite.settings"
    _description = "Suite Settings"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)

    # -- the closed lists -------------------------------------------------------------------------

    @api.model
    def _suite_company_fields(self):
        """What this form writes on the company.

        :return: dict of field name -> (least, most) of a number, ``None`` for what is no number
        """
        return {}

    @api.model
    def _suite_parameters(self):
        """What this form writes among the system parameters, for all companies.

        :return: dict of integer field here -> (parameter, value while none is stored, least, most)
        """
        return {}

    @api.model
    def _suite_check(self, vals):
        """Hook: refuses values that fit their fields but make no sense.

        :param vals: dict of field name -> value of what is about to change
        :raises UserError: in words for people
        """

    # -- reading ----------------------------------------------------------------------------------

    def _check_actor(self):
        if not self.env.user.has_group("crm_merchant.group_suite_admin"):
            raise AccessError(self.env._("Only the suite administrator opens these settings."))

    @api.model
    def _suite_values(self):
        """Present value of everything on the closed lists, as records and plain values."""
        company, parameters = self.env.company.sudo(), self.env["ir.config_parameter"].sudo()
        values = {name: company[name] for name in self._suite_company_fields()}
        for name, (key, default, _least, _most) in self._suite_parameters().items():
            values[name] = int(parameters.get_param(key) or default)
        return values

    @api.model
    def default_get(self, fields_list):
        self._check_actor()
        values = super().default_get(fields_list)
        present = self._suite_values()
        for name in present.keys() & set(fields_list):
            value = present[name]
            values[name] = value.id if isinstance(value, models.BaseModel) else value
        return values

    # -- saving -----------------------------------------------------------------------------------

    def execute(self):
        """Writes what was changed and notes each change with its old and new value.

        Named as in Odoo's own settings, whose page presses it.

        :raises AccessError: for anyone but the suite administrator who opened the form
        :raises UserError: another company is chosen meanwhile, or a value makes no sense
        """
        self.ensure_one()
        self._check_actor()
        if self.create_uid != self.env.user:
            raise AccessError(self.env._("Somebody else opened these settings. Open them yourself."))
        if self.company_id != self.env.company:
            raise UserError(
                self.env._("You now work in %(company)s. Open the settings again.", company=self.env.company.name)
            )
        company = self.env.company.sudo()
        try:
            # two administrators who save at once: the chain of the ledger has one next row
            company.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(self.env._("Somebody else is saving settings. Try again.")) from None
        before = self._suite_values()
        changed = {name: self.sudo()[name] for name in before if self.sudo()[name] != before[name]}
        self._suite_check_limits(changed)
        self._suite_check(changed)
        parameters = self._suite_parameters()
        for name in changed.keys() & parameters.keys():
            self.env["ir.config_parameter"].sudo().set_param(parameters[name][0], changed[name])
        vals = {name: self._fields[name].convert_to_write(changed[name], self) for name in changed if name in company}
        if vals:
            company.write(vals)
        self._suite_note(company, before, changed)
        return {"type": "ir.actions.client", "tag": "reload"}

    def _suite_check_limits(self, changed):
        limits = self._suite_company_fields() | {
            name: (least, most) for name, (_key, _default, least, most) in self._suite_parameters().items()
        }
        for name, value in changed.items():
            if limits[name] and not limits[name][0] <= value <= limits[name][1]:
                raise UserError(
                    self.env._(
                        "“%(setting)s” lies between %(least)s and %(most)s.",
                        setting=self._suite_label(name),
                        least=limits[name][0],
                        most=limits[name][1],
                    )
                )

    def _suite_note(self, company, before, changed):
        """Rows of the ledger, in the order of the lists."""
        common = {"res_model": company._name, "res_id": company.id, "res_name": company.name}
        self.env["crm.settings.ledger"]._ledger_append(
            [
                {
                    **common,
                    "setting": name,
                    "label": self._suite_label(name),
                    "value_before": self._suite_text(name, before[name]),
                    "value_after": self._suite_text(name, changed[name]),
                }
                for name in before
                if name in changed
            ]
        )

    def _suite_label(self, name):
        return self._fields[name]._description_string(self.env)

    def _suite_text(self, name, value):
        """A value in words for people."""
        field = self._fields[name]
        if field.type == "boolean":
            return self.env._("on") if value else self.env._("off")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return value.sudo().display_name or "" if field.relational else str(value)

    @api.model
    def action_open_changes(self):
        """Lists who changed what."""
        self._check_actor()
        return self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_settings_ledger")
