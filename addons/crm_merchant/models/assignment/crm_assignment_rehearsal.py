from collections import defaultdict

from odoo import api, models

from .planner import Planner


class CrmAssignmentRule(models.Model):
    """The rehearsal of the rules: what they would have done with the leads that came since a day."""

    _inherit = "crm.assignment.rule"

    @api.model
    def _rehearsal_moves(self, since):
        """Replays the rules, as they stand now, day by day on the leads that came in since then.

        Limits a day, validity and absences are those of each day. What a person got before counts as held; what he
        closed meanwhile does not free him.

        :param since: naive UTC
        :return: list of dicts: ``record`` (superuser), ``before`` and ``after`` (users; empty: the pool or nobody), and
            ``rule``, its name
        """
        leads = self.env["crm.lead"]._rehearsal_records([("create_date", ">=", since)]).sudo()
        got = leads._rehearsal_holders()
        rules = self.sudo().search(leads._get_assignment_rule_domain())
        homes = leads._pool_find()
        days = defaultdict(list)
        for lead in leads.sorted("id"):
            company = lead.company_id or self.env.company
            days[company._merchant_today(lead.create_date)].append(lead.id)
        planner = matches = None
        moves = []
        for day in sorted(days):
            moment = max(leads.browse(days[day]).mapped("create_date"))
            planner = Planner(rules, homes, moment=moment, fresh=True, past=planner)
            if matches is None:
                matches = {**dict.fromkeys(rules.ids, frozenset()), **Planner(rules, homes, fresh=True).match(leads)}
            steps, left = planner.plan(leads.browse(days[day]), matches)
            for step in steps:
                for user, share in step.shares.items():
                    name = step.rule.name
                    moves += [{"record": lead, "before": got[lead.id], "after": user, "rule": name} for lead in share]
            nobody = self.env["res.users"]
            moves += [{"record": lead, "before": got[lead.id], "after": nobody, "rule": ""} for lead in left]
        return moves
