"""When a held record goes back to its pool by itself: the clock of ``recycle_deadline``.

Three rules of the pool run at once and the first to run out decides:

* no follow-up that counts for N calendar days, N by grade; from the later of the last one and the moment at which this
  holder *first* got the record since it left the pool, so that handing it to and fro restarts nothing. Where a pool has
  days of its own for who has bought, they run from the end of the last deal if that is later still;
* no opportunity, and no deal, for N days since it left the pool, whoever held it meanwhile.

The approved absences of who holds the record now stop all three, and a deadline on a day off moves to the next working
day. All moments are read from ``crm.pool.ledger``. The deadline is stored; what moves it later (a conversion, an exemption,
a leave) is found when it comes due, see ``recycle``; what moves it earlier is planned again, see ``clock``.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from ...lib.clock import DAYS, Limit
from ..kernel.columns import column, linked


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    recycle_deadline = fields.Datetime(
        "Goes to Pool",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When the record goes back to its pool unless it is followed up",
    )
    recycle_warned = fields.Boolean(readonly=True, copy=False, groups="base.group_user")
    last_followup_at = fields.Datetime(
        "Last Follow-up", readonly=True, copy=False, groups="base.group_user", help="The last one that counts"
    )
    days_to_pool = fields.Integer(
        "Days to Pool", compute="_compute_days_to_pool", groups="base.group_user", aggregator=None
    )
    pool_exempt = fields.Boolean(
        "Stays",
        compute="_compute_days_to_pool",
        groups="base.group_user",
        help="Exempt from recycling at the moment: locked, won, or a condition of the pool",
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {"recycle_deadline", "recycle_warned", "last_followup_at"}

    @api.depends("recycle_deadline", "pool_state", "pool_locked")
    def _compute_days_to_pool(self):
        today = fields.Date.context_today(self)
        clocked = self.filtered("recycle_deadline")
        exempt = clocked._pool_exempt_now()
        for record in self:
            record.pool_exempt = record in exempt or record.pool_locked
            due = clocked and record.recycle_deadline
            day = due and fields.Datetime.context_timestamp(record, due).date()
            record.days_to_pool = (day - today).days if day and not record.pool_exempt else 0

    # -- what stops the clock ---------------------------------------------------------------------

    @api.model
    def _pool_exempt_domain(self):
        """Domain of records that are never recycled; later addons add theirs (open orders, contracts, tickets)."""
        return fields.Domain.FALSE

    def _pool_exempt_now(self):
        """Which of these records are exempt at this moment, by the domain above or a condition of their pool."""
        ids = self._origin.ids
        if not ids:
            return self.browse()
        domain = self._pool_exempt_domain() | self.sudo().pool_id.exemption_ids._get_exempt_domain(self._name)
        found = self.sudo().search(fields.Domain("id", "in", ids) & domain)
        return self.filtered(lambda record: record._origin.id in found._ids)

    def _pool_with_opportunity(self):
        """Which of these records (superuser) have become an opportunity, or have one."""
        return self.browse()

    def _pool_with_deal(self):
        """Which of these records (superuser) have led to a deal."""
        return self.browse()

    def _pool_deal_ends(self):
        """When the deals of these records (superuser) ended; asked only where a pool has days of its own after a deal.

        Later addons add theirs (contracts).

        :return: dict of record id -> list of moments, in any order
        """
        return {}

    # -- the clock ------------------------------------------------------------------------------

    def _pool_product_line(self):
        """The product line of one record (superuser), by which its pool may give it other days."""
        return self.env["product.category"]

    def _pool_lives(self):
        """What the ledger tells of the present life of these records, which began when they last left a pool.

        :return: dict of record id -> (when it began, when the present holder first got it, which is ``None`` while the
            ledger does not know him yet, whether it was entered by its holder)
        """
        records = self.sudo()
        rows = self.env.execute_query(
            SQL(
                """
                WITH wanted AS (
                    SELECT w.id, w.uid, (SELECT max(seq) FROM crm_pool_ledger
                                          WHERE res_model = %(model)s AND res_id = w.id
                                            AND event IN ('enter', 'release', 'recycle')) AS dropped
                      FROM unnest(%(ids)s::int[], %(uids)s::int[]) AS w(id, uid)
                )
                SELECT w.id, min(l.moment), min(l.moment) FILTER (WHERE l.to_uid = w.uid), bool_or(l.event = 'create')
                  FROM wanted w
                  JOIN crm_pool_ledger l ON l.res_model = %(model)s AND l.res_id = w.id
                                        AND l.seq > COALESCE(w.dropped, 0)
                                        AND l.event IN ('create', 'claim', 'assign', 'transfer')
                 GROUP BY w.id
                """,
                model=self._name,
                ids=records.ids,
                uids=[record.user_id.id for record in records],
            )
        )
        return {record_id: (began, held, created) for record_id, began, held, created in rows}

    def _pool_limits(self, life, converted, dealt, deal_end=None):
        """The rules that run for one held record.

        :param life: its entry of ``_pool_lives``
        :param deal_end: when its last deal ended, if its pool has days of their own for that
        :return: list of (rule, days, moment from which they count)
        """
        self.ensure_one()
        pool = self.pool_id
        began, held, created = life
        held = held or began
        extra = pool.created_extra_days if created else 0
        start = max(held, self.last_followup_at or held)
        limits = [("no_followup", pool._recycle_days(self), start)]
        if deal_end:
            limits = [("after_deal", pool.recycle_days_won, max(start, deal_end))]
        if not converted:
            limits.append(("no_opportunity", pool.recycle_days_opportunity, began))
        if not dealt:
            limits.append(("no_deal", pool.recycle_days_deal, began))
        return [(rule, days + extra, moment) for rule, days, moment in limits if days]

    def _pool_deadlines(self, assume_on=False):
        """When these records are due, by the rules of their pools as they are now.

        :param assume_on: reckon as if recycling were switched on in all their pools
        :return: dict of record id -> (moment, rule, days), nothing for records without a clock
        """
        live = self.sudo().filtered(
            lambda record: record.pool_state == "owned"
            and not record.pool_locked
            and (assume_on or record.pool_id.recycle_active)
        )
        if not live:
            return {}
        lives = live._pool_lives()
        converted, dealt = set(live._pool_with_opportunity()._ids), live._pool_with_deal()
        bought = dealt.filtered("pool_id.recycle_days_won")
        deal_ends = {record_id: max(ends) for record_id, ends in bought._pool_deal_ends().items()} if bought else {}
        dealt = set(dealt._ids)
        runs = {}
        for record in live:
            life = lives.get(record.id) or (record.pool_since, record.pool_since, False)
            facts = (record.id in converted, record.id in dealt, deal_ends.get(record.id))
            for rule, days, start in record._pool_limits(life, *facts):
                runs.setdefault(record.pool_id.company_id, []).append((record, rule, days, start))
        due = {}
        for company, clocks in runs.items():
            limits = {days: Limit(days, DAYS) for days in {days for _record, _rule, days, _start in clocks}}
            moments = company.resource_calendar_id._limit_deadlines(
                [limits[days] for _record, _rule, days, _start in clocks],
                [start for *_clock, start in clocks],
                owners=[record.user_id.id for record, *_clock in clocks],
                move="day",
            )
            for (record, rule, days, _start), moment in zip(clocks, moments, strict=True):
                if record.id not in due or moment < due[record.id][0]:
                    due[record.id] = (moment, rule, days)
        return due

    def _pool_plan(self, earliest=None):
        """Door of ``recycle_deadline``: reckons it anew and takes back warnings that no longer hold.

        One statement for any number of records. A date of change of the record does not move: nobody changed it.

        :param earliest: no deadline is put before this moment
        """
        due = self._pool_deadlines()
        planned = {record_id: max(moment, earliest or moment) for record_id, (moment, _rule, _days) in due.items()}
        self._pool_put_deadlines({record_id: planned.get(record_id) for record_id in self.ids})

    def _pool_put_deadlines(self, planned):
        """Writes deadlines: dict of record id -> moment or ``None``. Those that moved are no longer warned of, unless they
        lost their clock or are overdue: else who locks and unlocks a record would be warned anew for ever."""
        if not planned:
            return
        self.flush_model(["recycle_deadline", "recycle_warned"])
        self.env.cr.execute(
            SQL(
                "UPDATE %s r SET recycle_deadline = v.moment, "
                "recycle_warned = r.recycle_warned AND (v.moment IS NULL OR v.moment <= %s) "
                "FROM unnest(%s::int[], %s::timestamp[]) AS v(id, moment) "
                "WHERE r.id = v.id AND r.recycle_deadline IS DISTINCT FROM v.moment",
                SQL.identifier(self._table),
                fields.Datetime.now(),
                list(planned),
                list(planned.values()),
            )
        )
        self.browse(planned).invalidate_recordset(["recycle_deadline", "recycle_warned", "days_to_pool"], flush=False)

    # -- what moves it ----------------------------------------------------------------------------

    def _pool_moved(self, event):
        result = super()._pool_moved(event)
        self._pool_plan_if_on()
        return result

    def _pool_plan_if_on(self):
        """Plans those of these records whose pool recycles; costs nothing where none does."""
        records = self.sudo()
        clocks = zip(records._ids, linked(records, "pool_id"), column(records, "recycle_deadline"), strict=True)
        clocked = records.browse([record_id for record_id, pool, due in clocks if due or pool.recycle_active])
        if clocked:
            clocked._pool_plan()

    def _followup_done(self, moment):
        """Door of ``last_followup_at``: a follow-up that counts was made on each of these records.

        :param moment: when, naive UTC
        """
        later = self.sudo().filtered(lambda record: not record.last_followup_at or record.last_followup_at < moment)
        # the date of change of a lead moves: somebody worked on it
        later._through_door("last_followup_at").write({"last_followup_at": moment})
        later._pool_plan_if_on()
        self.sudo()._drop_reminders()

    def _prepare_pool_state_vals(self, user, home):
        return {**super()._prepare_pool_state_vals(user, home), "recycle_deadline": False, "recycle_warned": False}
