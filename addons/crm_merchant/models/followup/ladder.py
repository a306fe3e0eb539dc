"""The ladder of reminders over held leads: who is told, when, and what happens after the last rung."""

from odoo import api, fields, models

from ..kernel.carefully import run_carefully

BATCH = 500


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _ladder_moments(self):
        """The rungs before these leads (superuser), by the rule that fits each now.

        :return: dict of lead id -> list of (moment, number of the rung, step), in order of the rule; the first
            response, or the answer to who asks again, stands in front as rung ``None`` while it is waited for
        """
        rules = self.env["crm.followup.rule"]._running()
        rungs, runs = {}, {}
        for lead in self:
            due = lead._response_due()
            if lead.won_status != "pending" or not (lead.user_id or due):
                continue
            rungs[lead.id] = []
            if due:
                rungs[lead.id].append((due, None, None))
            # what nobody holds waits for its first response alone
            rule = next((rule for rule in rules if lead.user_id and rule._fits(lead)), rules[:0])
            if not rule:
                continue
            start = max(
                filter(
                    None,
                    (
                        lead.last_followup_at, lead.date_open or lead.create_date, lead.date_last_stage_update,
                        rule.active_since,
                    ),
                )
            )  # fmt: skip
            company = lead.company_id or self.env.company
            for number, step in enumerate(rule.step_ids):
                runs.setdefault((company, step), []).append((lead.id, number, start))
        for (company, step), pairs in runs.items():
            starts = [start for _id, _number, start in pairs]
            moments = company.resource_calendar_id._limit_deadlines(step._limit(), starts)
            for (lead_id, number, _start), moment in zip(pairs, moments, strict=True):
                rungs[lead_id].append((moment, number, step))
        return rungs

    def _ladder_plan(self):
        """Door of ``followup_deadline``: the ladder begins anew for these leads (superuser)."""
        if not self or not (
            self.env["crm.followup.rule"]._running()
            or any(lead.followup_deadline or lead.first_response_deadline for lead in self)
        ):
            return
        rungs = self._ladder_moments()
        self._ladder_put(
            {
                lead.id: (min((moment for moment, *_rest in rungs.get(lead.id, ())), default=None), 0, False)
                for lead in self
            }
        )

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
            rungs = batch._ladder_moments()
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
        told, planned, unanswered = {}, {}, self.browse()
        for lead in self:
            ahead = [rung for rung in rungs.get(lead.id, ()) if rung[1] is None or rung[1] >= lead.followup_step]
            over = [rung for rung in ahead if rung[0] <= now]
            left = [moment for moment, *_rest in ahead if moment > now]
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
            self._prepare_ladder_vals(told), self.env._("Follow-up is overdue")
        )

    def _ladder_people(self, lead, action, superiors):
        """Who is told of a lead at a rung; in a closed region only who may read the lead."""
        if not lead.user_id:
            return lead._response_stewards()
        owner, boss, above = lead.user_id, superiors[:1], superiors[1:2] or superiors[:1]
        people = {
            "owner": owner,
            "supervisor": owner | boss,
            "response": owner | boss,
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
        superiors = {user: user._merchant_superiors().sudo() for user in self.user_id}
        superiors[self.env["res.users"]] = self.env["res.users"]
        return [
            {
                "res_model_id": model_id,
                "res_id": lead.id,
                "user_id": user.id,
                "activity_type_id": kind.id,
                "date_deadline": (lead.company_id or self.env.company)._merchant_today(),
                "summary": self._ladder_text(lead, action, user),
                "res_name": lead.name,
            }
            for lead, action in told.items()
            for user in self._ladder_people(lead, action, superiors[lead.user_id])
        ]

    def _ladder_text(self, lead, action, user):
        name = lead.name
        if lead.user_id and user != lead.user_id:
            name = f"{lead.user_id.name}: {name}"
        if action == "response":
            return self.env._("Not answered in time: %(name)s", name=name)
        if action == "risk":
            return self.env._("High risk, no follow-up: %(name)s", name=name)
        return self.env._("No follow-up: %(name)s", name=name)
