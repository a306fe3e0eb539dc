from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class IntakeEntry(models.TransientModel):
    """Somebody calls, or somebody is recommended: five fields, one minute, the same way in as everything else."""

    _name = "crm.intake.entry"
    _description = "Enter an Inquiry"

    kind = fields.Selection([("phone", "Phone"), ("referral", "Referral")], required=True, default="phone")
    channel_id = fields.Many2one(
        "crm.intake.channel",
        required=True,
        domain="[('kind', '=', kind), ('company_id', 'in', allowed_company_ids)]",
        compute="_compute_channel_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    phone = fields.Char()
    company = fields.Char("Company Name")
    contact = fields.Char()
    state_id = fields.Many2one("res.country.state", "Province", domain="[('country_id.code', '=', 'CN')]")
    need = fields.Text("What Is Needed")
    product_line_id = fields.Many2one("product.category")
    referrer_id = fields.Many2one("res.partner", "Recommended By")
    keep = fields.Boolean("I Take It Myself")
    answer = fields.Char(readonly=True)

    @api.depends("kind")
    def _compute_channel_id(self):
        for entry in self:
            entry.channel_id = self.env["crm.intake.channel"].search(
                [("kind", "=", entry.kind), ("company_id", "=", self.env.company.id)], limit=1
            )

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            entry.display_name = labels.get(entry.kind)

    @api.onchange("phone", "company")
    def _onchange_answer(self):
        """Says while it is typed whether it is there already, as far as the person may know it."""
        self.answer = self.env["crm.duplicate.check"]._answer([text for text in (self.phone, self.company) if text])

    def action_save(self):
        """Takes the inquiry in.

        :return: the lead if the person may read it, else a word about where it went
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("Inquiries are entered by people in sales."))
        self.channel_id.check_access("read")
        channel = self.channel_id.sudo()
        if channel.kind != self.kind or not channel.active:
            raise UserError(self.env._("This channel is not for that. Choose another one."))
        vals = self._prepare_lead_vals()
        if channel.duplicate_policy == "block" and self._is_there(vals, channel):
            answer = self.env["crm.duplicate.check"]._answer([t for t in (self.phone, self.company) if t])
            raise UserError(answer or self.env._("It exists already. Open the duplicate check."))
        intake = self.env["crm.lead"].sudo()._merchant_intake([vals], channel)[0]
        self.env["crm.intake.receipt"].sudo().create({"channel_id": channel.id, "outcome": intake.outcome})
        return self._result(intake)

    def _prepare_lead_vals(self):
        """Values of the lead.

        :raises UserError: what is missing or unreadable, a line each
        """
        labels = {name: self._fields[name]._description_string(self.env) for name in ("company", "contact", "phone")}
        cells = [(labels[n], n, self[n]) for n in labels if self[n]]
        if self.need:
            cells.append((self._fields["need"]._description_string(self.env), "note", self.need))
        vals, problems, hints = self.env["crm.lead"].sudo()._intake_read(cells)
        problems += [hint for hint in hints if hint[1].startswith("phone_")]
        if problems:
            raise UserError(self.env["crm.import.line"].sudo()._words(problems, of_form=True))
        vals["state_id"] = self.state_id.id or vals["state_id"]
        vals["merchant_product_line_id"] = self.product_line_id.id or vals["merchant_product_line_id"]
        if self.keep:
            vals["user_id"] = self.env.uid
        if self.kind == "referral":
            if not self.referrer_id:
                raise UserError(self.env._("Name who recommended him: a contact or a colleague."))
            # as the person himself: a contact that he may not see has no name for him
            vals |= {"referrer_id": self.referrer_id.id, "referred": self.referrer_id.name}
        return vals

    def _is_there(self, vals, channel):
        return bool(self.env["crm.lead"].sudo()._intake_matches([vals], channel)[0])

    def _result(self, intake):
        record = intake.record.with_env(self.env)
        if record.has_access("read") and record._filtered_access("read"):
            return record.get_formview_action()
        told = self.env["crm.duplicate.finder"]._describe(record._name, record.ids)[record.id]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("Taken in: %(holder)s.", holder=told["owner"] or told["label"]),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
