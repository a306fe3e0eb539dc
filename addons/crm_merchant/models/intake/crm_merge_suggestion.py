from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.duplicate_keys import LEVELS

LEVEL_LABELS = [
    ("certain", "Certain"),
    ("very_likely", "Very Likely"),
    ("likely", "Likely"),
    ("weak", "Weak"),
]


class MergeSuggestion(models.Model):
    """A row of a file, or a lead, that seems to be the same as another; a person decides.

    The survivor is a row that becomes a lead later, a lead or a customer. Lead and customer are kept as model and id
    and shown through ``survivor_label``: a link would tell the name of a record that the reader may not see.
    """

    _name = "crm.merge.suggestion"
    _description = "Merge Suggestion"
    _order = "state desc, level_order, id"
    _rec_name = "duplicate_label"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    batch_id = fields.Many2one("crm.import.batch", "Import", index="btree_not_null", ondelete="cascade", readonly=True)
    line_id = fields.Many2one("crm.import.line", "Row", index="btree_not_null", ondelete="cascade", readonly=True)
    lead_id = fields.Many2one("crm.lead", index="btree_not_null", ondelete="cascade", readonly=True)
    survivor_line_id = fields.Many2one(
        "crm.import.line", "Same As Row", index="btree_not_null", ondelete="cascade", readonly=True
    )
    survivor_model = fields.Selection([("crm.lead", "Lead"), ("res.partner", "Customer")], readonly=True)
    survivor_res_id = fields.Many2oneReference("Survivor", model_field="survivor_model", readonly=True)
    level = fields.Selection(LEVEL_LABELS, required=True, readonly=True)
    level_order = fields.Integer(compute="_compute_level_order", store=True)
    kind = fields.Selection(
        [
            ("row", "The same row"),
            ("credit_code", "Same credit code"),
            ("phone", "Same phone number"),
            ("company", "Same company name and place"),
            ("core", "Same company name, place unknown"),
        ],
        "Why",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("open", "To Decide"), ("confirmed", "The Same"), ("rejected", "Not the Same")],
        required=True,
        default="open",
        readonly=True,
    )
    duplicate_label = fields.Char("Duplicate", compute="_compute_labels")
    survivor_label = fields.Char("Stays", compute="_compute_labels")
    survivor_owner = fields.Char("Held By", compute="_compute_labels")
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)

    _pair_uniq = models.UniqueIndex(
        "(lead_id, survivor_res_id) WHERE lead_id IS NOT NULL", "There is already a suggestion for these two leads."
    )
    _line_uniq = models.UniqueIndex(
        "(line_id) WHERE line_id IS NOT NULL", "There is already a suggestion for this row."
    )

    @api.depends("level")
    def _compute_level_order(self):
        for suggestion in self:
            suggestion.level_order = LEVELS.index(suggestion.level) if suggestion.level else 9

    def _compute_labels(self):
        finder = self.env["crm.duplicate.finder"]
        told = {}
        for model in ("crm.lead", "res.partner"):
            ids = [s.survivor_res_id for s in self if s.survivor_model == model]
            ids += self.sudo().lead_id.ids if model == "crm.lead" else []
            told[model] = finder._describe(model, ids) if ids else {}
        for suggestion in self:
            sudo = suggestion.sudo()
            mine = told["crm.lead"].get(sudo.lead_id.id, {})
            suggestion.duplicate_label = self._row_label(sudo.line_id) if sudo.line_id else mine.get("label")
            if sudo.survivor_line_id:
                suggestion.survivor_label = self._row_label(sudo.survivor_line_id)
                suggestion.survivor_owner = False
            else:
                facts = told.get(sudo.survivor_model, {}).get(sudo.survivor_res_id, {})
                suggestion.survivor_label = facts.get("label") or self.env._("deleted")
                suggestion.survivor_owner = facts.get("owner")

    def _row_label(self, line):
        parts = [line.company_name, line.contact_name, line.phone]
        return f"{' / '.join(part for part in parts if part)} ({line.place})"

    # -- deciding --------------------------------------------------------------------------------

    def action_confirm(self):
        """The same: the rows or leads are merged, now or as soon as their survivor is imported."""
        suggestions = self._check_decider()
        suggestions._decide("confirmed")
        suggestions.filtered("lead_id")._merge_leads()
        suggestions.filtered("line_id").sudo()._merge_rows()
        return True

    def action_reject(self):
        """Not the same: rows become ready for import."""
        suggestions = self._check_decider()
        suggestions._decide("rejected")
        lines = suggestions.sudo().line_id
        lines.write({"state": "ready"})
        for batch in lines.batch_id.filtered(lambda batch: batch.state == "done"):
            batch._set(state="running", finished_at=False)
            batch._go_on()
        return True

    def _check_decider(self):
        """The open ones of these suggestions, if the user may decide them all.

        :raises AccessError: no importer, or not his suggestions
        """
        self.env["crm.import.batch"]._check_importer_role()
        self.check_access("read")
        if any(batch.state in ("draft", "mapping", "checking") for batch in self.sudo().batch_id):
            raise UserError(self.env._("Check the rows first; changed columns change the suggestions."))
        return self.filtered(lambda suggestion: suggestion.state == "open")

    def _decide(self, state):
        self.sudo().write({"state": state, "decided_by_id": self.env.uid, "decided_at": fields.Datetime.now()})

    # -- merging ---------------------------------------------------------------------------------

    def _merge_rows(self):
        """Merges confirmed rows whose survivor exists: its empty fields are filled, the whole row goes into its
        history (superuser). A customer's fields are left alone; his data belong to whoever keeps them."""
        by_lead, by_partner, lines_of = defaultdict(list), defaultdict(list), defaultdict(list)
        by_line = self._leads_of_lines(self.survivor_line_id)
        for suggestion in self:
            if suggestion.survivor_line_id:
                lead_id = by_line.get(suggestion.survivor_line_id.id)
                if lead_id:
                    by_lead[lead_id].append(suggestion)
            elif suggestion.survivor_model == "crm.lead":
                by_lead[suggestion.survivor_res_id].append(suggestion)
            else:
                by_partner[suggestion.survivor_res_id].append(suggestion)
        leads = self.env["crm.lead"].browse(by_lead).exists()
        partners = self.env["res.partner"].browse(by_partner).exists()
        for lead in leads:
            lines_of[lead.id] = [suggestion.line_id for suggestion in by_lead[lead.id]]
        self._fill_leads(leads, lines_of)
        leads._message_log_batch(bodies={lead.id: self._notes(by_lead[lead.id]) for lead in leads})
        partners._message_log_batch(bodies={partner.id: self._notes(by_partner[partner.id]) for partner in partners})
        for lead in leads:
            self.env["crm.import.line"].browse([line.id for line in lines_of[lead.id]]).write(
                {"state": "merged", "merged_lead_id": lead.id}
            )
        to_partners = [suggestion.line_id.id for partner in partners for suggestion in by_partner[partner.id]]
        self.env["crm.import.line"].browse(to_partners).write({"state": "merged"})

    def _leads_of_lines(self, lines):
        leads = self.env["crm.lead"].with_context(active_test=False).search([("import_line_id", "in", lines.ids)])
        survivors = leads._merge_survivors() if leads else {}
        return {lead.import_line_id.id: survivors[lead.id] for lead in leads}

    def _fill_leads(self, leads, lines_of):
        """Fills what is empty; a lead that the person deciding may not change is left as it is."""
        changeable = leads.with_env(self.env(su=False))._filtered_access("write")._ids
        for batch in self.batch_id:
            rows = [line for lead in leads for line in lines_of[lead.id] if line.batch_id == batch]
            if not rows:
                continue
            lookups = batch._prepare_lookups(self.env["crm.import.line"].browse([row.id for row in rows]))
            for lead in leads:
                fresh = lead.import_line_id.batch_id == batch
                for line in lines_of[lead.id]:
                    if line.batch_id == batch and (fresh or lead.id in changeable):
                        vals = self._prepare_fill_vals(batch._prepare_lead_vals(line, lookups))
                        filled = lead._import_fill(vals, overwrite=batch.update_existing and not fresh)
                        # the lead of this import goes as a whole if the import is undone
                        line.filled = not fresh and filled

    def _prepare_fill_vals(self, vals):
        """The fields that a merged row may fill."""
        names = (
            "partner_name", "contact_name", "function", "phone", "email_from", "website", "credit_code", "state_id",
            "country_id", "city", "street", "source_id", "referred", "expected_revenue",
        )  # fmt: skip
        return {name: vals.get(name) for name in names}

    def _notes(self, suggestions):
        return Markup("<br/>").join(s.batch_id._row_note(s.line_id) for s in suggestions)

    def _merge_leads(self):
        """Merges suggested leads, with the rights of the person who decides."""
        Lead = self.env["crm.lead"].with_context(active_test=False)
        for suggestion in self:
            pair = Lead.browse([suggestion.survivor_res_id, suggestion.sudo().lead_id.id]).exists()
            if suggestion.survivor_model != "crm.lead" or len(pair) < 2:
                raise UserError(self.env._("One of the two leads is gone. Reject this suggestion."))
            pair.check_access("write")
            if any(lead.merged_into_id for lead in pair):
                raise UserError(self.env._("One of the two leads was merged already. Reject this suggestion."))
            pair._merge_and_keep()
