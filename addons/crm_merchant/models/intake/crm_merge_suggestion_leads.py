from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...lib.duplicate_keys import LEVELS

MAX_LEADS = 2000
DECIDERS = ("crm_merchant.group_hq_commerce", "crm_merchant.group_sales_director", "crm_merchant.group_suite_admin")
MAX_SUGGESTIONS = 2000


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

    @api.model
    def action_suggest_all(self):
        """Suggests merges among all leads of the company, the surest first, 2 000 new ones at a time.

        :return: the action that lists what is open
        """
        if not any(self.env.user.has_group(group) for group in DECIDERS):
            raise AccessError(
                self.env._("All leads are compared by HQ commerce, the sales director or the administrator.")
            )
        company = self.env.company
        pairs = self.env["crm.duplicate.finder"].sudo()._duplicate_pairs(company)
        suggestions = self.sudo()
        suggestions.flush_model(["lead_id", "survivor_res_id", "survivor_model"])
        known = {
            frozenset(row)
            for row in self.env.execute_query(
                SQL(
                    "SELECT lead_id, survivor_res_id FROM crm_merge_suggestion "
                    "WHERE lead_id IS NOT NULL AND survivor_model = 'crm.lead'"
                )
            )
        }
        fresh = sorted(
            ((LEVELS.index(level), older, younger, level, kind) for (older, younger), (level, kind) in pairs.items()),
        )
        fresh = [row for row in fresh if frozenset(row[1:3]) not in known][:MAX_SUGGESTIONS]
        suggestions.create(
            [
                {
                    "company_id": company.id,
                    "lead_id": younger,
                    "survivor_model": "crm.lead",
                    "survivor_res_id": older,
                    "level": level,
                    "kind": kind,
                }
                for _order, older, younger, level, kind in fresh
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_merge_suggestion")
        return {**action, "domain": [("lead_id", "!=", False), ("state", "=", "open")], "context": {}}
