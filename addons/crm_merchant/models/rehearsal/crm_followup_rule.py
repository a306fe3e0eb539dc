from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

BATCH = 5000


class CrmFollowupRule(models.Model):
    """The rehearsal of closing: which open opportunities these rules would have closed since a day."""

    _inherit = "crm.followup.rule"

    def _rehearsal_moves(self, since):
        """Replays the rung that closes over the follow-ups that count; as ``crm.pool._rehearsal_moves``.

        Stage, team, holder and exemptions are those of today; what they were then is kept nowhere.
        """
        moves = []
        for rule in self:
            step = rule.step_ids.filtered(lambda step: step.action == "close")
            if not step:
                continue
            domain = rule.sudo()._get_rule_domain() & fields.Domain(
                [("type", "=", "opportunity"), ("active", "=", True)]
            )
            found = self.env["crm.lead"]._rehearsal_records(domain)
            label = self.env._("closed as lost")
            for start in range(0, len(found), BATCH):
                leads = found[start : start + BATCH].sudo()
                closed = set(leads._closing_replay(step.sudo(), since))
                for lead in leads:
                    gone = lead.id in closed
                    moves.append(
                        {
                            "record": lead,
                            "before": lead.user_id,
                            "after": lead.user_id.browse() if gone else lead.user_id,
                            "rule": rule.name if gone else "",
                            "pool": label if gone else "",
                        }
                    )
                leads.invalidate_recordset(flush=False)
        return moves

    def action_rehearse_closing(self):
        """Opens the rehearsal of this rule, played through.

        :raises AccessError: for whoever may not switch it
        """
        self.ensure_one()
        self._check_switcher()
        if not self.closes:
            raise UserError(self.env._("This rule closes nothing. Add a rung that does."))
        return self.env["crm.rule.rehearsal"]._open({"kind": self._name, "followup_rule_id": self.id})


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _closing_replay(self, step, since):
        """Ids of those of these leads (superuser) between two of whose follow-ups the time of ``step`` ran out.

        What was overdue at the beginning is closed after the days of warning, as when the rule is switched on.
        """
        now = fields.Datetime.now()
        begins = since + timedelta(days=step.rule_id.close_warn_days)
        exempt = self.search(fields.Domain("id", "in", self.ids) & self._get_close_exempt_domain())
        notes, lives = self._replay_followups(), self.filtered("pool_state")._pool_lives()
        stretches = []
        for lead in self - exempt:
            held = lives.get(lead.id, (None, None))[1] or lead.date_open or lead.create_date
            marks = {held, max(held, lead.date_last_stage_update or held)}
            points = sorted(marks | {moment for moment in notes[lead.id] if moment > held})
            stretches += [(lead, *pair) for pair in zip(points, [*points[1:], now], strict=True) if pair[1] > since]
        closed = []
        for company, batch in self._closing_by_company(stretches).items():
            moments = company.resource_calendar_id._limit_deadlines(
                step._limit(),
                [start for _lead, start, _until in batch],
                owners=[lead.user_id.id for lead, _start, _until in batch],
            )
            closed += [
                lead.id
                for (lead, _start, until), moment in zip(batch, moments, strict=True)
                if max(moment, begins) < until
            ]
        return closed

    def _closing_by_company(self, stretches):
        found = {}
        for stretch in stretches:
            found.setdefault(stretch[0].company_id or self.env.company, []).append(stretch)
        return found
