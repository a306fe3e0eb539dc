"""A first response does not wait for who is away: somebody who is there answers instead.

Asked are, in this order, the deputy whom the absence names, the colleague on duty in the pool of the lead who stands in
for the fewest, the superiors from the nearest up, and the administrators of the pool. The lead stays with its holder: the
one who stands in may change it for a week and gets a to-do.
"""

from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..kernel.carefully import run_carefully
from ..kernel.columns import filled

BATCH = 500
DAYS_TO_ANSWER = 7


class CrmLead(models.Model):
    _inherit = "crm.lead"

    first_response_user_id = fields.Many2one("res.users", "Answers Instead", readonly=True, copy=False)

    # what waits for an answer, by its holder
    _unanswered_idx = models.Index(
        "(user_id) WHERE first_response_deadline IS NOT NULL AND first_response_at IS NULL AND active IS TRUE"
    )
    _asked_idx = models.Index("(user_id) WHERE answer_deadline IS NOT NULL AND active IS TRUE")

    @api.model
    def _response_waiting_domain(self):
        """Domain of held leads that wait for an answer which is not late yet."""
        first = Domain(
            [
                ("first_response_deadline", "!=", False),
                ("first_response_at", "=", False),
                ("first_response_late", "=", False),
            ]
        )
        again = Domain([("answer_deadline", "!=", False), ("answer_late", "=", False)])
        return (first | again) & Domain([("user_id", "!=", False), ("won_status", "=", "pending")])

    @api.model
    def _response_pass_on(self, commit):
        """Finds who answers for those who are away; for the job, before the ladder.

        :param commit: as of ``_pool_recycle_due``
        :return: ids of leads that failed; logged and tried again next time
        """
        waiting, bad, last = self._response_waiting_domain(), [], 0
        groups = self.sudo()._read_group(waiting, ["user_id", "first_response_user_id"])
        people = self.env["res.users"].union(*(user | stand_in for user, stand_in in groups))
        away = people._merchant_absent(fields.Datetime.now())
        domain = waiting & Domain("user_id", "in", away.ids)
        domain &= Domain("first_response_user_id", "in", [False, *away.ids])
        while away:
            batch = self.sudo().search(domain & Domain("id", ">", last), order="id", limit=BATCH)
            if not batch:
                break
            last = batch[-1].id
            bad += run_carefully(batch, "_response_pass_on_batch")
            if not commit(len(batch)):
                break
        return bad

    def _response_pass_on_batch(self):
        """Gives these leads (superuser), whose holders are away, to somebody who is there; the others stay as they are."""
        model_id, kind = self.env["ir.model"]._get_id(self._name), self._reminder_kind("mail_activity_stand_in")
        todos = []
        for user, leads in self._response_stand_ins().items():
            leads._through_door("first_response_user_id").with_context(mail_notrack=True).write(
                {"first_response_user_id": user.id}
            )
            self._drop_stand_ins(leads)
            closed = leads - leads.with_user(user)._filtered_access("write").with_env(self.env).sudo()
            groups = leads.grouped(lambda lead: (lead.company_id or self.env.company, lead.user_id))
            for (company, holder), batch in groups.items():
                today = company._merchant_today()
                if batch & closed:
                    reason = self.env._("Answers for %(person)s", person=holder.name)
                    (batch & closed)._collaborator_put(user, today + timedelta(days=DAYS_TO_ANSWER), True, reason)
                todos += [
                    {
                        "res_model_id": model_id,
                        "res_id": lead.id,
                        "res_name": lead.name,
                        "user_id": user.id,
                        "activity_type_id": kind.id,
                        "date_deadline": today,
                        "summary": lambda env, person=holder.name, name=lead.name: env._(
                            "Answer for %(person)s, who is away: %(name)s", person=person, name=name
                        ),
                    }
                    for lead in batch
                ]
        self.env["mail.activity"]._merchant_schedule_quietly(
            todos, lambda env: env._("You answer for colleagues who are away")
        )

    def _response_stand_ins(self):
        """User -> those of these leads (superuser) that he answers for."""
        holders = self.user_id
        now = fields.Datetime.now()
        deputies = holders._merchant_deputies(now)
        chains = {user: user._merchant_superiors().sudo() for user in holders}
        members = {
            pool: pool.member_ids.filtered("on_duty").user_id.filtered("active").sorted("id") for pool in self.pool_id
        }
        people = holders.union(*deputies.values(), *chains.values(), *members.values(), self.pool_id.admin_ids)
        away = people._merchant_absent(now)
        load, found = Counter(self._response_stood_in(people)), {}
        for lead in self.sorted("id"):
            holder, nobody = lead.user_id, holders.browse()
            on_duty = members.get(lead.pool_id, nobody).sorted(lambda user: (load[user], user.id))
            for user in (deputies.get(holder, nobody), *on_duty, *chains[holder], *lead.pool_id.admin_ids):
                if user and user != holder and user not in away and lead._response_may_answer(user):
                    load[user] += 1
                    found[user] = found.get(user, self.browse()) | lead
                    break
        return found

    def _response_stood_in(self, people):
        """How many waiting leads each of these users answers for already."""
        domain = self._response_waiting_domain() & Domain("first_response_user_id", "in", people.ids)
        return dict(self.sudo()._read_group(domain, ["first_response_user_id"], ["__count"]))

    def _response_may_answer(self, user):
        """Whether a colleague may be shown this lead (superuser): he sells, in its company, and reads its closed region."""
        self.ensure_one()
        return (
            user.active
            and user.has_group("sales_team.group_sale_salesman")
            and (not self.company_id or self.company_id in user.company_ids)
            and (not self.region_id.is_scoped or user in self.region_id.reader_ids)
        )

    @api.model
    def _drop_stand_ins(self, leads):
        leads._drop_reminders(self._reminder_kind("mail_activity_stand_in"))

    def _response_begin(self, before):
        """Whoever stood in did so for the former holder."""
        stood_in = filled(self, "first_response_user_id")
        if stood_in:
            vals = {"first_response_user_id": False}
            stood_in._through_door(*vals).with_context(mail_notrack=True).write(vals)
            self._drop_stand_ins(stood_in)
        return super()._response_begin(before)

    def _guarded_fields(self):
        return super()._guarded_fields() | {"first_response_user_id"}


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    @api.model
    def _reminder_kinds(self):
        return super()._reminder_kinds() | self._reminder_kind("mail_activity_stand_in")
