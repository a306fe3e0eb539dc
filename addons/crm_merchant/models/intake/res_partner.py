from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from ...lib.company_name import company_key
from ...lib.credit_code import check_credit_code
from ...lib.phone import phone_key


class ResPartner(models.Model):
    _inherit = "res.partner"

    phone_key = fields.Char(compute="_compute_phone_key", store=True, index="btree_not_null", groups="base.group_user")
    company_key = fields.Char(
        compute="_compute_company_key", store=True, index="btree_not_null", groups="base.group_user"
    )
    credit_code = fields.Char(
        compute="_compute_credit_code",
        store=True,
        index="btree_not_null",
        groups="base.group_user",
        help="The tax number where it is a valid unified social credit code",
    )

    # filled by the onchange only, as on leads
    intake_answer = fields.Char("There Already", store=False, groups="base.group_user")

    _company_core_idx = models.Index("(split_part(company_key, '@', 1) text_pattern_ops) WHERE company_key IS NOT NULL")

    def _auto_init(self):
        # empty at first, as on leads
        for name in ("phone_key", "company_key", "credit_code"):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, "varchar")
        return super()._auto_init()

    def _guarded_fields(self):
        # a key that somebody could blank would hide a duplicate
        return super()._guarded_fields() | {"phone_key", "company_key", "credit_code"}

    @api.depends("phone")
    def _compute_phone_key(self):
        for partner in self:
            partner.phone_key = phone_key(partner.phone) or False

    @api.depends("name", "is_company")
    def _compute_company_key(self):
        for partner in self:
            partner.company_key = (company_key(partner.name or "") or False) if partner.is_company else False

    @api.depends("vat")
    def _compute_credit_code(self):
        for partner in self:
            code = check_credit_code(partner.vat)
            partner.credit_code = code.normalised if code.valid else False

    def _region_place_fields(self):
        return (*super()._region_place_fields(), "vat")

    def _region_credit_code(self):
        return self.vat

    @api.onchange("phone", "name", "vat")
    def _onchange_intake_answer(self):
        """Says while a customer is typed whether it is there already, as far as the person may know it."""
        names = ("vat", "phone", "name") if self.is_company else ("phone",)
        typed = [self[name] for name in names if self[name] and self[name] != self._origin[name]]
        family = self._origin | self.parent_id.commercial_partner_id._origin
        self.intake_answer = self.env["crm.duplicate.check"]._answer(typed, exclude=family)
