"""The rehearsal of recycling: the rules of a pool, as they stand now, over what happened to its records since a day.

A *life* of a record begins when somebody gets it out of the pool and ends when it goes back there. What moved its clock
then is known: who held it from when, by the ledger, and the follow-ups that count. In each *stretch* between two such
moments the clock stood at one deadline; if that came before the stretch ended, the record would have gone.
"""

from collections import defaultdict, namedtuple

from odoo import models
from odoo.tools import SQL

from ...lib.clock import DAYS, Limit

Life = namedtuple("Life", "began ended created holds")  # holds: (moment, user id) in order
Stretch = namedtuple("Stretch", "record_id life rule days anchor since until")
# what became of a record: who held it, and the rule and its days that took it, both empty if none did
Outcome = namedtuple("Outcome", "uid rule days")

TAKEN = ("create", "claim", "assign", "transfer")
DROPPED = ("enter", "release", "recycle")


def holder_at(life, moment):
    """User id of who held a record of this life at a moment, before the first one: the first."""
    uid = life.holds[0][1]
    for since, holder in life.holds:
        if since <= moment:
            uid = holder
    return uid


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    def _recycle_replay(self, pool, since, now):
        """What the rules of ``pool`` would have taken from people between two moments, each of these records once.

        Grades, exemptions and locks are those of today; what they were then is kept nowhere. What was overdue at the
        beginning falls after the time of warning, as when the rules are switched on.

        :return: dict of record id -> :data:`Outcome`; records that nobody held meanwhile are left out
        """
        records = self.sudo()
        lives = records._replay_lives(since, now)
        notes, turns = records._replay_followups(), records._replay_turns()
        deals = records._pool_deal_ends() if pool.recycle_days_won else {}
        staying = set((records._pool_exempt_now() | records.filtered("pool_locked"))._ids)
        stretches = []
        for record in records:
            if record.id not in staying:
                for life in lives.get(record.id, ()):
                    facts = (notes[record.id], deals.get(record.id, []), *turns[record.id])
                    stretches += record._replay_stretches(pool, life, *facts, life.ended or now)
        outcomes = {record_id: Outcome(owned[-1].holds[-1][1], "", 0) for record_id, owned in lives.items()}
        return outcomes | records._replay_first(pool, stretches, since, now)

    # -- what happened ------------------------------------------------------------------------------

    def _replay_lives(self, since, now):
        """Record id -> its lives that lasted beyond ``since``, the oldest first. What no pool has taken yet is held since
        the rehearsal begins, as when recycling is switched on."""
        found, running = defaultdict(list), {}
        for record_id, moment, event, uid in self._replay_ledger():
            if event in DROPPED:
                life = running.pop(record_id, None)
                if life and moment > since:
                    found[record_id].append(life._replace(ended=moment))
            elif uid:
                life = running.get(record_id) or Life(moment, None, False, [])
                life.holds.append((moment, uid))
                running[record_id] = life._replace(created=life.created or event == "create")
        for record in self:
            if record.id in running:
                found[record.id].append(running[record.id])
            elif record.user_id and record.pool_state != "pooled":
                began = record.pool_since or max(since, record.create_date)
                own = not record.pool_state and record._pool_is_own_entry()
                found[record.id].append(Life(began, None, own, [(began, record.user_id.id)]))
        return found

    def _replay_ledger(self):
        return self.env.execute_query(
            SQL(
                "SELECT res_id, moment, event, to_uid FROM crm_pool_ledger WHERE res_model = %s AND res_id = ANY(%s) "
                "AND event = ANY(%s) ORDER BY res_id, seq",
                self._name,
                self.ids,
                [*TAKEN, *DROPPED],
            )
        )

    def _replay_followups(self):
        """Record id -> moments of the follow-ups that count, in order."""
        link = self._followup_field()
        self.env["crm.followup"].flush_model([link, "moment", "is_effective"])
        rows = self.env.execute_query(
            SQL(
                "SELECT %(link)s, moment FROM crm_followup WHERE is_effective AND %(link)s = ANY(%(ids)s) ORDER BY moment",
                link=SQL.identifier(link),
                ids=self.ids,
            )
        )
        found = defaultdict(list)
        for record_id, moment in rows:
            found[record_id].append(moment)
        return found

    def _replay_turns(self):
        """When these records became or got an opportunity, and when they led to a deal; beside
        ``_pool_with_opportunity`` and ``_pool_with_deal``.

        :return: dict of record id -> (moment or ``None``, moment or ``None``), for each of them
        """
        return dict.fromkeys(self._ids, (None, None))

    # -- what the rules would have done ---------------------------------------------------------------

    def _replay_stretches(self, pool, life, notes, deals, converted, dealt, end):
        """The stretches of one life of this record; the same rules as ``_pool_limits``.

        :param notes: moments of its follow-ups
        :param deals: moments at which its deals ended, none if the pool has no days of its own after a deal
        :param converted: when it became an opportunity, ``None`` if never, and
        :param dealt: when it led to a deal
        :param end: when the life ended, or now
        """
        extra = pool.created_extra_days if life.created else 0
        found = []
        lying = pool._recycle_days(self)
        if lying or deals:
            notes = [moment for moment in notes if life.began <= moment < end]
            turns = [moment for moment in deals if life.began <= moment < end]
            points = sorted({moment for moment, _uid in life.holds}.union(notes, turns))
            for since, until in zip(points, [*points[1:], end], strict=True):
                uid = holder_at(life, since)
                held = next(moment for moment, holder in life.holds if holder == uid)
                ended = [moment for moment in deals if moment <= since]
                rule, days = ("after_deal", pool.recycle_days_won) if ended else ("no_followup", lying)
                if days:
                    anchor = max([held, *ended, *(moment for moment in notes if moment <= since)])
                    found.append(Stretch(self.id, life, rule, days + extra, anchor, since, until))
        for rule, days, reached in (
            ("no_opportunity", pool.recycle_days_opportunity, converted),
            ("no_deal", pool.recycle_days_deal, dealt),
        ):
            if days:
                until = min(end, reached or end)
                found.append(Stretch(self.id, life, rule, days + extra, life.began, life.began, until))
        return found

    def _replay_first(self, pool, stretches, since, now):
        """Outcomes of those records whose deadline came while its stretch lasted; the earliest decides."""
        calendar = pool.company_id.resource_calendar_id
        warned = calendar._limit_deadlines(Limit(max(pool.warn_days, 1), DAYS), [since])[0]
        runs = defaultdict(list)
        for stretch in stretches:
            runs[stretch.days].append(stretch)
        first = {}
        for days, batch in runs.items():
            moments = calendar._limit_deadlines(
                Limit(days, DAYS),
                [stretch.anchor for stretch in batch],
                owners=[holder_at(stretch.life, stretch.since) for stretch in batch],
                move="day",
            )
            for stretch, moment in zip(batch, moments, strict=True):
                gone = max(moment, stretch.since, warned)
                if gone < stretch.until and gone <= now and gone < first.get(stretch.record_id, (now, None))[0]:
                    first[stretch.record_id] = (gone, stretch)
        return {
            record_id: Outcome(holder_at(stretch.life, gone), stretch.rule, stretch.days)
            for record_id, (gone, stretch) in first.items()
        }
