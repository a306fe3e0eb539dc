"""关闭: the last rung of a ladder may close a stale opportunity as lost, after its holder was warned for days.

The clock is the ladder's own: whatever moves that one, a follow-up that counts, a new holder, an approved absence, moves
the closing too. ``close_warned_at`` is the moment of the last warning; it holds as long as the closing lies so near.
"""

from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain


class CrmLead(models.Model):
    _inherit = "crm.lead"

    close_warned_at = fields.Datetime(readonly=True, copy=False, groups="base.group_user")

    def _guarded_fields(self):
        return super()._guarded_fields() | {"close_warned_at"}

    @api.model
    def _get_close_exempt_domain(self):
        """Domain of opportunities that no rule closes: locked, ordered, or with a quote that may still be accepted."""
        today = self.env.company._merchant_today()
        accepted = Domain("state", "=", "sale")
        offered = Domain("state", "=", "sent") & Domain(
            ["|", ("validity_date", "=", False), ("validity_date", ">=", today)]
        )
        return Domain("pool_locked", "=", True) | Domain("order_ids", "any", accepted | offered)

    def _ladder_moments(self, fresh=False):
        """The rung that closes stands where its warning is due, and once that was given, where it closes.

        The latter has the number after the ladder's last.
        """
        rungs = super()._ladder_moments(fresh=fresh)
        for lead in self:
            found = rungs.get(lead.id)
            if not found or not found[-1][2] or found[-1][2].action != "close":
                continue
            moment, number, step = found.pop()
            if lead.type != "opportunity":
                continue
            time = timedelta(days=step.rule_id.close_warn_days)
            if lead.close_warned_at and lead.close_warned_at >= moment - time:
                found.append((max(moment, lead.close_warned_at + time), number + 1, step))
            else:
                found.append((moment - time, number, step))
        return rungs

    def _closing_due(self, rungs):
        """Warns of the closing of these leads (superuser), or closes those that were warned of.

        :param rungs: dict of lead id -> its rung that closes, as of ``_ladder_moments``
        """
        if not self:
            return
        now = fields.Datetime.now()
        exempt = self.search(Domain("id", "in", self.ids) & self._get_close_exempt_domain())
        rest = self - exempt
        ripe = rest.filtered(lambda lead: rungs[lead.id][1] == len(rungs[lead.id][2].rule_id.step_ids))
        # who is exempt now is warned anew when his reason ends
        exempt._closing_note(False)
        (rest - ripe)._closing_note(now)
        planned = {}
        for lead in self - ripe:
            moment, _number, step = rungs[lead.id]
            time = timedelta(days=step.rule_id.close_warn_days)
            due = now + time if lead in exempt else max(moment, now) + time
            planned[lead.id] = (due, lead.followup_step, lead.is_high_risk)
        self._ladder_put(planned)
        (rest - ripe)._closing_tell(
            lambda lead, env: env._(
                "Will be closed as lost without a follow-up by %(day)s: %(name)s",
                day=fields.Datetime.context_timestamp(
                    lead.with_context(tz=lead.user_id.tz or "Asia/Shanghai"), lead.followup_deadline
                ).date(),
                name=lead.name,
            ),
            lambda env: env._("These are closed as lost soon"),
        )
        for step, leads in ripe.grouped(lambda lead: rungs[lead.id][2]).items():
            leads._closing_close(step)

    def _closing_note(self, moment):
        """Door of ``close_warned_at``."""
        changed = self.filtered(lambda lead: lead.close_warned_at != moment)
        changed._through_door("close_warned_at").with_context(mail_notrack=True).write({"close_warned_at": moment})

    def _closing_close(self, step):
        """Closes these leads (superuser) as a person would: Odoo's own way of losing; and tells ledger and holder.

        :param step: the rung whose time has come
        """
        rule = step.rule_id
        units = dict(step._fields["unit"]._description_selection(self.env))
        reason = self.env._(
            "Closed by rule “%(rule)s”: no follow-up for %(number)s %(unit)s",
            rule=rule.name,
            number=step.number,
            unit=units[step.unit],
        )
        rows = []
        for (home, user), leads in self.grouped(lambda lead: (lead.pool_id, lead.user_id)).items():
            rows += leads._pool_rows("close", user, home, dict.fromkeys(leads.ids, user), reason, {})
        self._drop_reminders()
        self._ladder_put({lead.id: (None, 0, lead.is_high_risk) for lead in self})
        self._closing_note(False)
        self.action_set_lost(lost_reason_id=rule.lost_reason_id.id)
        self.env["crm.pool.ledger"]._ledger_append(rows)
        self._message_log_batch(bodies=dict.fromkeys(self.ids, reason))
        self._closing_tell(
            lambda lead, env: env._("Closed as lost, restore it if it still lives: %(name)s", name=lead.name),
            lambda env: env._("These were closed as lost"),
        )

    def _closing_tell(self, words, subject):
        """A to-do a lead for its holder, and one message for all of them.

        :param words: function of a lead and an environment
        :param subject: as of ``_merchant_schedule_quietly``
        """
        kind = self._reminder_kind("mail_activity_closing")
        model_id = self.env["ir.model"]._get_id(self._name)
        self.env["mail.activity"]._merchant_schedule_quietly(
            [
                {
                    "res_model_id": model_id,
                    "res_id": lead.id,
                    "res_name": lead.name,
                    "user_id": lead.user_id.id,
                    "activity_type_id": kind.id,
                    "date_deadline": (lead.company_id or self.env.company)._merchant_today(),
                    "summary": partial(words, lead),
                }
                for lead in self
            ],
            subject,
        )

    @api.model
    def _reminder_kinds(self):
        return super()._reminder_kinds() | self._reminder_kind("mail_activity_closing")
