from odoo import api, models
from odoo.exceptions import UserError

from .duplicates import LEVELS

MAX_LEADS = 2000


class MergeSuggestion(models.Model):
    """Suggestions among leads that are there already."""

    _inherit = "crm.merge.suggestion"

    @api.model
    def _suggest_for_leads(self, leads):
        """Lists the duplicates of these leads, weak matches left out; a pair once decided does not come back.

        :param leads: leads that the user may change; their duplicates may be others'
        :return: the action that shows the suggestions
        """
        self.env["crm.import.batch"]._check_importer_role()
        leads.check_access("write")
        if len(leads) > MAX_LEADS:
            raise UserError(self.env._("Select at most %(count)s leads at a time.", count=MAX_LEADS))
        suggestions = self.sudo().browse()
        for company in leads.sudo().company_id | self.env.company:
            part = leads.sudo().filtered(lambda lead, c=company: (lead.company_id or self.env.company) == c)
            suggestions |= self.sudo()._suggest_pairs(part, company)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_merge_suggestion")
        return {**action, "domain": [("id", "in", suggestions.ids)], "context": {}}

    def _suggest_pairs(self, leads, company):
        finder = self.env["crm.duplicate.finder"]
        found = finder._find_duplicates({lead.id: finder._candidate_of(lead) for lead in leads}, company)
        pairs = {}
        for lead_id, matches in found.items():
            for match in matches:
                if match.model == "crm.lead" and match.res_id != lead_id and match.level in LEVELS[:-1]:
                    pairs.setdefault(frozenset((lead_id, match.res_id)), match)
        if not pairs:
            return self
        ids = set().union(*pairs)
        Lead = self.env["crm.lead"].with_context(active_test=False)
        order = {lead.id: place for place, lead in enumerate(Lead.browse(ids)._sort_by_confidence_level(reverse=True))}
        known = {
            frozenset((known.lead_id.id, known.survivor_res_id)): known
            for known in self.search([("lead_id", "in", list(ids)), ("survivor_model", "=", "crm.lead")])
        }
        made = self.create(
            [
                {
                    "company_id": company.id,
                    "lead_id": max(pair, key=order.get),
                    "survivor_model": "crm.lead",
                    "survivor_res_id": min(pair, key=order.get),
                    "level": match.level,
                    "kind": match.kind,
                }
                for pair, match in pairs.items()
                if pair not in known
            ]
        )
        return made | self.browse().union(*(known[pair] for pair in pairs if pair in known))
