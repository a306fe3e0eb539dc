"""Who holds a record, and the pool it lies in: the one door, ``_pool_move``.

``pool_id`` is the home pool, kept while somebody owns the record; ``pool_state`` tells whether it lies in the pool
(``pooled``) or is held (``owned``); empty means that no pool ever took it.
"""

from collections import defaultdict

import pytz
from markupsafe import Markup

from odoo import fields, models

from ..kernel.columns import column, linked, sets_by

STATE_COLUMNS = ("pool_id", "pool_state", "pool_since")


class PoolMixin(models.AbstractModel):
    _name = "crm.pool.mixin"
    _inherit = ["crm.watch.mixin"]
    _description = "Record of a Pool"

    pool_id = fields.Many2one(
        "crm.pool", index="btree_not_null", readonly=True, copy=False, groups="base.group_user", ondelete="restrict"
    )
    pool_state = fields.Selection(
        [("pooled", "In the pool"), ("owned", "Held")], readonly=True, copy=False, groups="base.group_user"
    )
    pool_since = fields.Datetime("Since", readonly=True, copy=False, groups="base.group_user")

    def _watched_fields(self):
        return {**super()._watched_fields(), "user_id": "_pool_owner_written"}

    def _guarded_fields(self):
        return super()._guarded_fields() | set(STATE_COLUMNS)

    # -- the door -----------------------------------------------------------------------------

    def _pool_move(self, event, holders, reason="", pool=None, vals=None, row_vals=None):
        """Moves records between pool and people and writes the ledger.

        :param event: an ``event`` of ``crm.pool.ledger``
        :param holders: dict of user -> records; the empty ``res.users`` stands for "nobody", which puts them into
            their pool
        :param reason: why, in words for people
        :param pool: pool of records that have none yet, or a dict of record id -> pool; by default that of their region
        :param vals: what else is written on the records by this move, the same for all
        :param row_vals: what else stands in their ledger rows
        """
        move = {"event": event, "holders": holders, "reason": reason, "pool": pool, "vals": vals, "row_vals": row_vals}
        self._pool_move_all([move])

    def _pool_move_all(self, moves):
        """Carries out several moves of different records as one: a single ``write`` way and one piece of ledger.

        :param moves: list of dicts of the arguments of ``_pool_move``
        """
        rows, writes, moved, along = [], [], {}, []
        for move in moves:
            holders = move["holders"]
            everything = self.browse([record_id for records in holders.values() for record_id in records._ids])
            homes = everything.sudo()._pool_homes(move.get("pool"))
            for user, records in holders.items():
                records = records.sudo()
                before = dict(zip(records._ids, linked(records, "user_id"), strict=True))
                for home, batch in sets_by(records, [homes[record_id] for record_id in records._ids]).items():
                    if not user and not home:
                        continue
                    dropped = batch._pool_leave_owner(before) if not user else {}
                    moved.setdefault(move["event"], []).extend(batch._ids)
                    writes.append((batch, user, home, move.get("vals") or {}))
                    new = batch._pool_rows(move["event"], user, home, before, move.get("reason", ""), dropped)
                    rows += [{**row, **(move.get("row_vals") or {})} for row in new]
                    along.append((batch, move["event"], user, before, move.get("reason", "")))
        self._pool_write_all(writes)
        self.env["crm.pool.ledger"]._ledger_append(rows)
        for event, ids in moved.items():
            self.browse(ids).sudo()._pool_moved(event)
        for batch, *move in along:
            batch._pool_take_along(*move)

    def _pool_homes(self, pool):
        """Record id -> home pool; ``pool`` is that of records without one, else it is looked up."""
        homes = dict(zip(self._ids, linked(self, "pool_id"), strict=True))
        homeless = self.browse([record_id for record_id, home in homes.items() if not home])
        if pool is None:
            pool = homeless._pool_find()
        found = pool if isinstance(pool, dict) else dict.fromkeys(homeless._ids, pool)
        return homes | {record_id: found[record_id] for record_id in homeless._ids}

    def _pool_write_all(self, writes):
        """Writes holder and pool columns of whole moves.

        :param writes: list of (records, user, home pool, what else is written on them)
        """
        self._pool_write_each(writes)

    def _pool_write_each(self, writes):
        """Writes by the ORM, a write a holder."""
        for records, user, home, vals in writes:
            if records:
                records.with_env(self.env).sudo()._pool_write(user, home, vals)

    def _pool_write(self, user, home, more=None):
        """Writes holder and pool columns of records that get the same values."""
        vals = {**self._prepare_pool_state_vals(user, home), **(more or {})}
        door = self._pool_door(vals)
        # a plain write of the owner comes back through _pool_owner_written, which sees the open door
        holders = zip(self._ids, column(self, "user_id"), strict=True)
        changed = self.browse([record_id for record_id, holder in holders if (holder or False) != user.id])
        kept = self - changed
        if kept:
            kept.with_env(door.env).write(vals)
        if changed:
            # what a move brings along decides over what the holder brings: the team of a rule over his own
            changed.with_env(door.env).write({**self._prepare_pool_owner_vals(user), **vals})

    def _pool_door(self, vals):
        """These records with leave to write ``vals`` of a move; the ledger tells it, so no tracking does."""
        door = self._through_door(*STATE_COLUMNS, *(self._guarded_fields() & vals.keys()))
        return door.with_context(mail_notrack=True, mail_auto_subscribe_no_notify=True)

    def _pool_rows(self, event, user, home, before, reason, dropped):
        """Ledger rows of one move of these records."""
        common = {
            "res_model": self._name,
            "event": event,
            "pool_ref": home.id,
            "pool_name": home.sudo().name,
            "to_uid": user.id,
            "to_name": user.sudo().name,
            "reason": reason,
        }
        former = [before[record_id] for record_id in self._ids]
        names = {user: user.sudo().name for user in set(former)}
        return [
            {
                **common,
                "res_id": record_id,
                "res_name": name,
                "from_uid": user.id,
                "from_name": names[user],
                "dropped_todos": dropped.get(record_id),
            }
            for record_id, name, user in zip(self._ids, self._pool_public_names(), former, strict=True)
        ]

    def _pool_owner_written(self, before):
        """Somebody wrote the owner by other means than ours: the pool columns and the ledger follow."""
        if self._door_is_open(STATE_COLUMNS):
            return
        moves = {}
        for record in self.sudo():
            old = before.get(record.id, {}).get("user_id")
            if not before or not record.pool_id or old == record.user_id:
                continue
            event = "release" if not record.user_id else "transfer" if old else "assign"
            moves.setdefault((event, record.user_id), []).append((record, old))
        for (event, user), pairs in moves.items():
            records = self.browse([record.id for record, _old in pairs]).sudo()
            owners = {record.id: old for record, old in pairs}
            self.browse(records.ids)._pool_check_receiver(user, owners)
            for home in records.pool_id:
                batch = records.filtered(lambda record, home=home: record.pool_id == home)
                dropped = batch._pool_leave_owner(owners) if not user else {}
                batch._pool_write(user, home)
                rows = batch._pool_rows(event, user, home, owners, "", dropped)
                self.env["crm.pool.ledger"]._ledger_append(rows)
            records._pool_moved(event)
            records._pool_take_along(event, user, owners, "")
        if not before:
            self.sudo()._pool_take_created()

    # -- hooks ----------------------------------------------------------------------------------

    def _prepare_pool_state_vals(self, user, home):
        """Values of the pool columns of records that go to ``user`` (empty: into the pool ``home``)."""
        vals = {"pool_id": home.id}
        if home:
            vals |= {"pool_state": "owned" if user else "pooled", "pool_since": fields.Datetime.now()}
        return vals

    def _pool_moved(self, event):
        """Runs on records (superuser) after a movement is written and in the ledger."""

    def _pool_take_along(self, event, user, owners, reason):
        """Moves what belongs to records (superuser) that have just gone from ``owners`` to ``user``; by default nothing.

        :param owners: dict of record id -> holder before
        """

    def _pool_subjects(self):
        """The records whose clock hangs on what is done about these."""
        return self

    def _pool_take_created(self):
        """Runs on new records (superuser), which no pool has taken yet."""

    def _prepare_pool_owner_vals(self, user):
        """What a new holder brings with him; ``user`` is empty when records go into the pool."""
        return {"user_id": user.id}

    def _pool_find(self):
        """Pools of records that have none yet, by default those of their regions.

        :return: dict of record id -> pool (superuser), which may be empty
        """
        found = {}
        places = list(zip(linked(self.sudo(), "region_id"), self._pool_companies(), strict=True))
        for (region, company), records in sets_by(self, places).items():
            home = self.env["crm.pool"]._pool_of_region(region, company)
            found.update(dict.fromkeys(records._ids, home))
        return found

    def _pool_companies(self):
        """The company of each of these records, in their order; of one that has none, the current one."""
        return [company or self.env.company for company in linked(self.sudo(), "company_id")]

    def _pool_public_names(self):
        """Names of these records that may stand in the ledger, in their order: no phone, no mail."""
        return [record.display_name for record in self]

    def _pool_public_name(self):
        """The name of one record in the ledger; what it is says ``_pool_public_names``."""
        self.ensure_one()
        return self._pool_public_names()[0]

    def _get_dropped_todos_domain(self, owners):
        """Domain of the to-dos that are cancelled when records fall into the pool, by default all of them.

        :param owners: dict of record id -> former owner
        """
        return fields.Domain.TRUE

    def _pool_leave_owner(self, owners):
        """What happens when records fall into the pool: the staff stops following, the owner's to-dos are cancelled.

        Everybody in sales reads the ledger, so it keeps day and kind of a to-do; its words, which may name the customer,
        stay in the history of the record.

        :param owners: dict of record id -> former owner
        :return: dict of record id -> the cancelled to-dos by day and kind, for the ledger
        """
        domain = fields.Domain([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        activities = self.env["mail.activity"].sudo().search(domain & self._get_dropped_todos_domain(owners))
        lines = defaultdict(list)
        for activity in activities:
            kind = activity.activity_type_id.name or self.env._("To-do")
            lines[activity.res_id].append((str(activity.date_deadline), kind, activity.summary))
        activities.unlink()
        # a follower is sent every message, whether he may still read the record or not
        staff = domain & fields.Domain("partner_id.partner_share", "=", False)
        admins = self.sudo().pool_id.admin_ids.partner_id
        self.env["mail.followers"].sudo().search(staff & fields.Domain("partner_id", "not in", admins.ids)).unlink()
        return self._pool_dropped(lines)

    def _pool_dropped(self, lines):
        """Notes the words of what was cancelled on these records.

        :param lines: dict of record id -> list of (when, kind, words)
        :return: dict of record id -> when and kind, a line each
        """
        bodies = {
            res_id: Markup("<br/>").join(" ".join(filter(None, line)) for line in found)
            for res_id, found in lines.items()
        }
        if bodies:
            self.browse(bodies).sudo()._message_log_batch(bodies=bodies)
        return {res_id: "\n".join(f"{when} {kind}" for when, kind, _words in found) for res_id, found in lines.items()}

    def _pool_dropped_meeting(self, meeting):
        """(when, kind, words) of a meeting that leaves its record, the moment as the company's clock shows it."""
        zone = pytz.timezone(self.env.company._merchant_zone())
        start = pytz.utc.localize(meeting.start).astimezone(zone)
        return f"{start:%Y-%m-%d %H:%M}", self.env._("Meeting"), meeting.name
