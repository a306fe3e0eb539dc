"""The ladder of reminders over held leads: who is told, when, and what happens after the last rung."""

from functools import partial

from odoo import api, fields, models

from ..kernel.carefully import run_carefully
from ..kernel.columns import filled

BATCH = 500


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _ladder_moments(self, fresh=False):
        """The rungs before these leads (superuser), by the rule that fits each now.

        The approved absences of the holder stop the ladder; nobody's stop the first response.

        :param fresh: reckon as if no reminder had been given
        :return: dict of lead id -> list of (moment, number of the rung, step), in order of the rule; the first
            response, or the answer to who asks again, stands in front as rung ``None`` while it is waited for
        """
        rules = self.env["crm.followup.rule"]._running()
        rungs, ruled = {}, {}
        for lead in self:
            due = lead._response_due()
            if lead.won_status != "pending" or not (lead.user_id or due):
                continue
            rungs[lead.id] = []
            if due:
                rungs[lead.id].append((due, None, None))
            # what nobody holds waits for its first response alone
            rule = next((rule for rule in rules if lead.user_id and rule._fits(lead)), rules[:0])
            if rule:
                ruled[lead.id] = rule
        starts = self.browse(ruled)._ladder_starts(ruled, fresh)
        for company, leads in self.browse(ruled).grouped(lambda lead: lead.company_id or self.env.company).items():
            limits = {
                step: step._limit() for rule in {ruled[lead_id] for lead_id in leads._ids} for step in rule.step_ids
            }
            runs = [(lead, number, step) for lead in leads for number, step in enumerate(ruled[lead.id].step_ids)]
            moments = company.resource_calendar_id._limit_deadlines(
                [limits[step] for _lead, _number, step in runs],
                [starts[lead.id] for lead, _number, _step in runs],
                owners=[lead.user_id.id for lead, _number, _step in runs],
            )
            for (lead, number, step), moment in zip(runs, moments, strict=True):
                rungs[lead.id].append((moment, number, step))
        return rungs

    def _ladder_starts(self, ruled, fresh):
        """The moment from which each of these leads is without follow-up: the last one that counts, or when its holder
        first got it, so that handing it to and fro restarts nothing.

        A new stage is a new start only until the first reminder: nobody drags a card out of his superior's sight.

        :param ruled: dict of lead id -> the rule it is under
        """
        lives = self.filtered("pool_state")._pool_lives() if self else {}
        starts = {}
        for lead in self:
            held = lives.get(lead.id, (None, None))[1] or lead.date_open or lead.create_date
            moved = (fresh or not lead.followup_step) and lead.date_last_stage_update
            known = (lead.last_followup_at, held, moved, ruled[lead.id].active_since)
            starts[lead.id] = max(filter(None, known))
        return starts

    def _ladder_plan(self, step=None, risk=None):
        """Door of ``followup_deadline``: plans the next rung of these leads (superuser).

        :param step: 0: the ladder begins anew; by default they stand where they stood
        :param risk: ``False`` ends the mark of high risk, which only a follow-up does
        """
        if not self or not (
            self.env["crm.followup.rule"]._running()
            or filled(self, "followup_deadline")
            or filled(self, "first_response_deadline")
        ):
            return
        rungs = self._ladder_moments(fresh=step == 0)
        planned = {}
        for lead in self:
            given = lead.followup_step if step is None else step
            ahead = (moment for moment, number, _step in rungs.get(lead.id, ()) if number is None or number >= given)
            planned[lead.id] = (min(ahead, default=None), given, lead.is_high_risk if risk is None else risk)
        self._ladder_put(planned)

    @api.model
    def _ladder_plan_all(self):
        """Plans every live lead anew, in batches; used when a rule is switched."""
        last = 0
        domain = fields.Domain("user_id", "!=", False)
        while True:
            batch = self.sudo().search(domain & fields.Domain("id", ">", last), order="id", limit=5000)
            if not batch:
                return
            last = batch[-1].id
            rungs = batch._ladder_moments(fresh=True)
            batch._ladder_put(
                {
                    lead.id: (
                        min((moment for moment, *_rest in rungs.get(lead.id, ())), default=None),
                        0,
                        lead.is_high_risk,
                    )
                    for lead in batch
                }
            )
            batch.invalidate_recordset(flush=False)

    # -- the job ------------------------------------------------------------------------------------

    @api.model
    def _ladder_run(self, commit):
        """Takes the rungs whose time has come, in batches.

        :param commit: as of ``_pool_recycle_due``
        :return: ids of leads that failed; logged and tried again next time
        """
        bad = []
        while True:
            domain = fields.Domain("followup_deadline", "<=", fields.Datetime.now())
            batch = self.sudo().search(
                domain & fields.Domain("id", "not in", bad), order="followup_deadline, id", limit=BATCH
            )
            if not batch:
                return bad
            bad += run_carefully(batch, "_ladder_step_batch")
            if not commit(len(batch)):
                return bad

    def _ladder_step_batch(self):
        """Tells who must be told and plans the next rung. Rungs that were missed in one go are told as one."""
        now = fields.Datetime.now()
        rungs = self._ladder_moments()
        told, planned, unanswered, closing = {}, {}, self.browse(), {}
        for lead in self:
            ahead = [rung for rung in rungs.get(lead.id, ()) if rung[1] is None or rung[1] >= lead.followup_step]
            over = [rung for rung in ahead if rung[0] <= now]
            left = [moment for moment, *_rest in ahead if moment > now]
            if over and over[-1][2] and over[-1][2].action == "close":
                closing[lead.id] = over.pop()
            done = max(
                (number + 1 for _moment, number, _step in over if number is not None), default=lead.followup_step
            )
            last = over[-1] if over else None
            risk = lead.is_high_risk or any(step and step.action == "risk" for _moment, _number, step in over)
            planned[lead.id] = (min(left, default=None), done, risk)
            if last:
                told[lead] = last[2].action if last[2] else "response"
                if any(number is None for _moment, number, _step in over):
                    unanswered |= lead
        unanswered._response_mark_late()
        self._ladder_put(planned)
        self.browse([lead.id for lead in told])._drop_reminders(self._reminder_kind("mail_activity_late"))
        self.env["mail.activity"]._merchant_schedule_quietly(
            self._prepare_ladder_vals(told), lambda env: env._("Follow-up is overdue")
        )
        self.browse(closing)._closing_due(closing)

    def _ladder_people(self, lead, action, chains, away):
        """Who is told of a lead at a rung; in a closed region only who may read the lead.

        :param chains: dict of user -> his superiors who are there, or all if none is, the nearest first
        :param away: those who are not there
        """
        if not lead.user_id:
            stewards = lead._response_stewards()
            return stewards - away or lead.user_id.union(*(chains[user][:1] for user in stewards)) or stewards
        superiors = chains[lead.user_id]
        owner, boss, above = lead.user_id, superiors[:1], superiors[1:2] or superiors[:1]
        people = {
            "owner": owner,
            "supervisor": owner | boss,
            "response": owner | lead.first_response_user_id | boss,
            "manager": boss | above,
            "risk": owner | boss | above,
        }[action]
        if lead.region_id.is_scoped:
            people &= owner | lead.region_id.reader_ids
        return people or lead.pool_id.admin_ids or owner

    def _prepare_ladder_vals(self, told):
        """Values of the to-dos: ``told`` is a dict of lead -> action of the rung."""
        kind = self._reminder_kind("mail_activity_late")
        model_id = self.env["ir.model"]._get_id("crm.lead")
        chains, away = self._ladder_chains(told)
        return [
            {
                "res_model_id": model_id,
                "res_id": lead.id,
                "user_id": user.id,
                "activity_type_id": kind.id,
                "date_deadline": (lead.company_id or self.env.company)._merchant_today(),
                "summary": partial(self._ladder_text, lead, action, user),
                "res_name": lead.name,
            }
            for lead, action in told.items()
            for user in self._ladder_people(lead, action, chains, away)
        ]

    def _ladder_chains(self, leads):
        """What ``_ladder_people`` asks of the people of these leads: their superiors, and who is away."""
        stewards = self.env["res.users"].union(*(lead._response_stewards() for lead in leads if not lead.user_id))
        chains = {user: user._merchant_superiors().sudo() for user in self.user_id | stewards}
        away = stewards.union(*chains.values())._merchant_absent(fields.Datetime.now())
        return {user: chain - away or chain for user, chain in chains.items()}, away

    def _ladder_text(self, lead, action, user, env):
        name = lead.name
        if lead.user_id and user != lead.user_id:
            name = f"{lead.user_id.name}: {name}"
        if action == "response":
            return env._("Not answered in time: %(name)s", name=name)
        if action == "risk":
            return env._("High risk, no follow-up: %(name)s", name=name)
        return env._("No follow-up: %(name)s", name=name)
