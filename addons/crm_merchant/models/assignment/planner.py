"""Who would get which lead: the reckoning of the assignment rules, which writes nothing.

The assignment, its dry run and the rehearsal all ask here, so that what was shown is what happens.
"""

import heapq
from collections import defaultdict
from datetime import datetime, time
from typing import NamedTuple

import pytz

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL


class Step(NamedTuple):
    """What one rule takes: ``shares`` maps user -> leads, the empty user standing for the pool."""

    rule: object
    shares: dict
    next_index: int


def smooth_order(weights):
    """Places of the people in one round, each as often as his weight, spread evenly.

    >>> smooth_order([2, 1])
    [0, 1, 0]
    """
    turns = [((turn + 0.5) / weight, place) for place, weight in enumerate(weights) for turn in range(weight)]
    return [place for _moment, place in sorted(turns)]


class Planner:
    """One run of the rules over any number of leads.

    :param rules: ``crm.assignment.rule`` (superuser) in the order in which they are asked
    :param homes: dict of lead id -> the pool in which it would lie
    :param moment: naive UTC; absences, validity and daily counts are those of this moment
    :param past: the planner of the day before in a rehearsal; what people got in it counts as held, turns go on
    :param fresh: reckon as if nobody had got or held anything yet and it were the first person's turn
    """

    def __init__(self, rules, homes, moment=None, fresh=False, past=None):
        self.env = rules.env
        self.homes = homes
        self.moment = moment or fields.Datetime.now()
        self.rules = rules.filtered(lambda rule: rule._is_valid_on(self._day(rule.company_id)))
        self.people = {rule.id: rule._get_people() for rule in self.rules if rule.strategy != "pool"}
        users = self.env["res.users"].browse({user.id for people in self.people.values() for user, *_ in people})
        self.away = users._merchant_absent(self.moment) if users else users
        limited = [rule for rule in self.rules if any(day for _u, _w, day, _o in self.people.get(rule.id, ()))]
        loaded = [
            rule
            for rule in self.rules
            if rule.strategy == "least_loaded" or any(held for *_, held in self.people.get(rule.id, ()))
        ]
        fresh = fresh or past
        self.turns = dict(past.turns) if past else {rule.id: 0 if fresh else rule.next_index for rule in self.rules}
        self.today = defaultdict(int, self._count_today(users, limited) if limited and not fresh else {})
        self.held = defaultdict(int, self._count_held(users) if loaded and not fresh else past.held if past else {})

    # -- what is known ----------------------------------------------------------------------------

    def _day(self, company):
        return company._merchant_today(self.moment)

    def _day_start(self, company):
        zone = pytz.timezone(company._merchant_zone())
        start = zone.localize(datetime.combine(self._day(company), time.min))
        return start.astimezone(pytz.utc).replace(tzinfo=None)

    def _count_today(self, users, limited):
        """User id -> leads that rules gave him since midnight of the company."""
        self.env["crm.pool.ledger"].flush_model()
        start = min(self._day_start(rule.company_id) for rule in limited)
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT to_uid, count(*) FROM crm_pool_ledger WHERE rule_ref IS NOT NULL AND to_uid = ANY(%s) "
                    "AND moment >= %s AND moment <= %s GROUP BY to_uid",
                    users.ids,
                    start,
                    self.moment,
                )
            )
        )

    def _count_held(self, users):
        """User id -> open leads and opportunities that he holds."""
        groups = self.env["crm.lead"]._read_group(
            [("user_id", "in", users.ids), ("won_status", "=", "pending")], ["user_id"], ["__count"]
        )
        return {user.id: count for user, count in groups}

    def _can_get(self, user, company):
        return user and user.active and user not in self.away and company in user.company_ids

    # -- the reckoning ----------------------------------------------------------------------------

    def match(self, leads):
        """Rule id -> set of ids of the leads that it fits, by one statement for all rules; archived leads count."""
        if not self.rules or not leads:
            return dict.fromkeys(self.rules.ids, frozenset())
        every_age = leads.with_context(active_test=False)
        query = every_age._search(Domain("id", "in", leads.ids))
        fits = [
            rule._get_lead_domain().optimize_full(every_age)._to_sql(every_age, query.table, query)
            for rule in self.rules
        ]
        rows = leads.env.execute_query(
            query.select(SQL.identifier(query.table, "id"), SQL("ARRAY[%s]", SQL(", ").join(fits)))
        )
        return {
            rule.id: {lead_id for lead_id, fitting in rows if fitting[place]} for place, rule in enumerate(self.rules)
        }

    def plan(self, leads, matches=None):
        """Asks the rules in order; what one cannot give away goes on to the next.

        :param leads: leads (superuser) to give away
        :param matches: what ``match`` found for these and other leads
        :return: (list of ``Step``, leads that no rule took)
        """
        steps, left = [], dict.fromkeys(leads._ids)
        if matches is None:
            matches = self.match(leads)
        for rule in self.rules:
            # in the order they came in: turns are fair and can be told afterwards
            fitting = sorted(left.keys() & matches[rule.id])
            step = self._step(rule, leads.browse(fitting)) if fitting else None
            if step:
                steps.append(step)
                for share in step.shares.values():
                    for lead_id in share._ids:
                        del left[lead_id]
        return steps, leads.browse(left)

    def _step(self, rule, leads):
        if rule.strategy == "pool":
            if not rule.pool_id:
                leads = leads.filtered(lambda lead: self.homes[lead.id])
            return Step(rule, {self.env["res.users"]: leads}, 0) if leads else None
        able = [
            (place, person)
            for place, person in enumerate(self.people[rule.id])
            if self._can_get(person[0], rule.company_id)
        ]
        if not able:
            return None
        share = self._share_by_load if rule.strategy == "least_loaded" else self._share_in_turn
        shares, next_index = share(rule, dict(able), leads)
        if not shares:
            return None
        return Step(rule, {user: leads.browse(ids) for user, ids in shares.items()}, next_index)

    def _has_room(self, person):
        user, _weight, most_a_day, most_held = person
        return (not most_a_day or self.today[user.id] < most_a_day) and (
            not most_held or self.held[user.id] < most_held
        )

    def _give(self, shares, user, lead_id):
        shares.setdefault(user, []).append(lead_id)
        self.today[user.id] += 1
        self.held[user.id] += 1

    def _share_in_turn(self, rule, able, leads):
        """One after the other, beginning where the last run stopped; who is away or full is passed over."""
        order = smooth_order([weight for _user, weight, *_ in self.people[rule.id]])
        position = self.turns.get(rule.id, 0)
        shares = {}
        for lead_id in leads._ids:
            for step in range(len(order)):
                place = order[(position + step) % len(order)]
                if place in able and self._has_room(able[place]):
                    self._give(shares, able[place][0], lead_id)
                    position += step + 1
                    break
            else:
                break
        self.turns[rule.id] = position % len(order)
        return shares, self.turns[rule.id]

    def _share_by_load(self, _rule, able, leads):
        """Each lead to who holds least at that moment; among equals to the first in the list."""
        heap = [(self.held[person[0].id], place) for place, person in able.items()]
        heapq.heapify(heap)
        shares = {}
        for lead_id in leads._ids:
            while heap and not self._has_room(able[heap[0][1]]):
                heapq.heappop(heap)
            if not heap:
                break
            place = heap[0][1]
            user = able[place][0]
            self._give(shares, user, lead_id)
            heapq.heapreplace(heap, (self.held[user.id], place))
        return shares, 0
