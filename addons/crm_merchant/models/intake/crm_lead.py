from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from ...lib.company_name import company_key
from ...lib.credit_code import check_credit_code
from ...lib.phone import phone_key

KEY_COLUMNS = ("phone_key", "company_key", "credit_code")


class CrmLead(models.Model):
    _name = "crm.lead"
    # the hooks last: every folder's extension stands above them
    _inherit = ["crm.lead", "crm.merge.mixin", "crm.intake.mixin"]

    phone_key = fields.Char(
        compute="_compute_phone_key", store=True, index="btree_not_null", help="The whole number in one form, +86…"
    )
    company_key = fields.Char(
        compute="_compute_company_key",
        store=True,
        index="btree_not_null",
        help="Name without place and legal form, then @ and the place",
    )
    credit_code = fields.Char(
        index="btree_not_null",
        copy=False,
        tracking=True,
        size=40,
        help="Unified social credit code, 18 characters",
    )
    merged_into_id = fields.Many2one("crm.lead", readonly=True, copy=False, index="btree_not_null", ondelete="set null")
    import_line_id = fields.Many2one(
        "crm.import.line", "Imported From", readonly=True, copy=False, ondelete="set null", groups="base.group_user"
    )

    _company_core_idx = models.Index("(split_part(company_key, '@', 1) text_pattern_ops) WHERE company_key IS NOT NULL")
    # whatever interrupts an import, no row becomes two leads
    _import_line_uniq = models.UniqueIndex(
        "(import_line_id) WHERE import_line_id IS NOT NULL", "This row of the file is already imported."
    )

    def _auto_init(self):
        # empty at first, so that installing does not compute the keys of every lead at once; a job fills them
        for name in ("phone_key", "company_key"):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, "varchar")
        return super()._auto_init()

    def _guarded_fields(self):
        # a key that somebody could blank would hide a duplicate
        return super()._guarded_fields() | {"merged_into_id", "import_line_id", "phone_key", "company_key"}

    def _watched_fields(self):
        return {**super()._watched_fields(), "credit_code": "_credit_code_written"}

    @api.depends("phone")
    def _compute_phone_key(self):
        for lead in self:
            lead.phone_key = phone_key(lead.phone) or False

    @api.depends("partner_name")
    def _compute_company_key(self):
        for lead in self:
            lead.company_key = company_key(lead.partner_name or "") or False

    def _credit_code_written(self, _before):
        """Keeps credit codes in one form. A wrong one stays as it was typed and finds no duplicates."""
        for lead in self:
            typed = lead.credit_code
            if typed:
                code = check_credit_code(typed).normalised
                if code != typed:
                    lead.credit_code = code
        self._region_assign()

    def _region_credit_code(self):
        return self.credit_code

    @api.depends("merged_into_id")
    def _compute_won_status(self):
        """A merged lead is archived with its probability; it is not lost and must not count as such."""
        result = super()._compute_won_status()
        self.filtered("merged_into_id").won_status = "pending"
        return result

    @api.depends_context("uid")
    def _compute_potential_lead_duplicates(self):
        """Only leads that the user may read.

        Odoo counts them over all access rules, so that a phone typed into one's own lead tells whether a colleague
        of another region has it. The duplicate check answers that question, neutrally and on record.
        """
        super()._compute_potential_lead_duplicates()
        found = self.duplicate_lead_ids
        if not found:
            return
        readable = found.with_env(self.env(su=False))._filtered_access("read")
        for lead in self:
            lead.duplicate_lead_ids = (lead.duplicate_lead_ids & readable.sudo()) | lead
            # Odoo lists the lead itself among them and does not count it
            lead.duplicate_lead_count = len(lead.duplicate_lead_ids - lead)

    def action_open_duplicate_check(self):
        """Opens the duplicate check with this lead's phone or company name filled in."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_duplicate_check")
        return {**action, "target": "new", "context": {"default_query": self.phone or self.partner_name or ""}}

    def action_suggest_merges(self):
        """Lists the duplicates of the selected leads as merge suggestions."""
        return self.env["crm.merge.suggestion"]._suggest_for_leads(self)
