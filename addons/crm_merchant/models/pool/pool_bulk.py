"""The bulk way through the door of the pool: leads by SQL, one statement for a whole move.

It sets every stored column that the ORM would have set; what it cannot know beforehand (another company, a stage of
another team, properties of a team) is left to the ORM, decided lead by lead. Where another addon has a say in what a
write does, or an automation rule watches leads, all of them go by the ORM.
"""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..kernel.columns import column, linked, sets_by
from ..kernel.inserting import sql_array
from .pool_bulk_after import _CHANCES

# below this the ORM is as fast, and whoever looks into a write sees one
BULK_FROM = 10

# methods whose effect is known here, and the modules whose versions were read; anybody else's means: use the ORM
_READ_MODULES = (
    "odoo.orm.",
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.phone_validation.models.",
    "odoo.addons.utm.models.utm_mixin",
    "odoo.addons.crm.models.crm_lead",
    "odoo.addons.crm_merchant.models.",
)
_READ_METHODS = (
    "write", "_write", "_write_multi", "modified", "_message_auto_subscribe", "_compute_field_value",
    "_compute_company_id", "_compute_stage_id", "_compute_date_open", "_compute_day_open",
    "_compute_date_last_stage_update", "_compute_probabilities", "_compute_prorated_revenue",
)  # fmt: skip
# stored columns that hang on a lead's holder and team and are set here
_FOLLOWING = frozenset(
    {
        "automated_probability", "company_id", "date_last_stage_update", "date_open", "day_open", "lead_properties",
        "probability", "prorated_revenue", "recurring_revenue_monthly_prorated", "recurring_revenue_prorated",
        "stage_id", "team_id", "won_status",
    }
)  # fmt: skip
_HOLDER = frozenset({"user_id", "team_id"})


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _pool_write_all(self, writes):
        leads = self.browse([lead_id for records, *_ in writes for lead_id in records._ids]).sudo()
        if len(leads) < BULK_FROM:
            return super()._pool_write_all(writes)
        leads._pool_fetch_for_move()
        # of all teams at once, or each is read alone
        self.env["crm.team"].sudo().browse({vals.get("team_id") for *_, vals in writes} - {None, False}).fetch(
            ["company_id", "lead_properties_definition"]
        )
        holders = dict(zip(leads._ids, column(leads, "user_id"), strict=True))
        rest, quick, simple_rows = [], [], {}
        for records, user, home, vals in writes:
            values = {**self._prepare_pool_state_vals(user, home), **vals}
            held = records.browse([lead_id for lead_id in records._ids if (holders[lead_id] or False) == user.id])
            simple = self.browse()
            for batch, written in ((held, values), (records - held, {**self._prepare_pool_owner_vals(user), **values})):
                if batch:
                    found = batch._pool_bulk_simple(user, written)
                    simple_rows.update(dict.fromkeys(found._ids, written))
                    simple |= found
            quick.append((simple, user, home, vals))
            rest.append((records - simple, user, home, vals))
        # what lies together in the table is written together
        moved = leads.browse(sorted(simple_rows))
        if self._pool_bulk_allowed(set().union(*simple_rows.values())):
            for batch in sets_by(moved, [frozenset(simple_rows[lead_id]) for lead_id in moved._ids]).values():
                batch._pool_bulk_write({lead_id: simple_rows[lead_id] for lead_id in batch._ids})
        elif self._pool_bulk_read("_message_auto_subscribe"):
            # nothing that is tracked changes, and the followers are the ones that SQL would write
            kinds = sets_by(moved, [id(simple_rows[lead_id]) for lead_id in moved._ids])
            kinds = [(leads, simple_rows[leads.ids[0]]) for leads in kinds.values()]
            self.with_context(tracking_disable=True)._pool_bulk_orm(quick, kinds)
            moved._pool_bulk_follow(kinds)
        else:
            rest += quick
        return self._pool_bulk_orm(rest)

    def _pool_bulk_orm(self, writes, kinds=()):
        """Writes by the ORM, a write a holder; chances of success are reckoned at once for all, see below.

        :param kinds: list of (leads, values written on them) if all of them are simple: what follows from the values is
            then known, and reckoned for all at once too
        """
        leads = self.browse([lead_id for records, *_ in writes for lead_id in records._ids]).sudo()
        if not leads or not self._pool_bulk_read("_compute_probabilities"):
            self._pool_write_each(writes)
            return
        values = set().union(*(vals for *_records, vals in writes))
        settled = self._pool_bulk_settled(values) if kinds else _CHANCES[:2]
        with self.env.protecting([self._fields[name] for name in settled], leads):
            if "company_id" in settled:
                leads._pool_bulk_put_companies([kind for kind in kinds if not _HOLDER.isdisjoint(kind[1])])
            self._pool_write_each(writes)
            if "day_open" in settled:
                leads._pool_bulk_put_ages()
            if not kinds:
                leads.flush_recordset()
            leads._pool_bulk_write_chances()
            leads.flush_recordset()

    def _pool_bulk_settled(self, values):
        """Names of the fields that need not be computed after writes of these values to leads that are simple: their
        stage and properties stay, their company and age are known, and what they are worth hangs on their chances."""
        chances, others = _CHANCES[:2], (*_CHANCES[2:], "won_status", "stage_id", "lead_properties")
        others += ("company_id", "day_open")
        written = {
            field for name in values - _HOLDER for field in self.env.registry.get_dependent_fields(self._fields[name])
        }
        known = self._pool_bulk_read(*(f"_compute_{name}" for name in others))
        return chances + others if known and written.isdisjoint(self._fields[name] for name in others) else chances

    # -- whether ----------------------------------------------------------------------------------

    def _check_company(self, fnames=None):
        """Leads of one company with the same links pass or fail together, so one of each kind is asked."""
        checked = [
            name
            for name in (fnames if fnames and "company_id" not in fnames else self._fields)
            if self._fields[name].relational and self._fields[name].check_company
        ]
        if len(self) < BULK_FROM or any(self._fields[name].type != "many2one" for name in checked):
            return super()._check_company(fnames)
        facts = [column(self.sudo(), name) for name in ("company_id", *checked)]
        kinds = sets_by(self, zip(*facts, strict=True)).values()
        try:
            return super(CrmLead, self.browse([leads._ids[0] for leads in kinds]))._check_company(fnames)
        except UserError:
            # the message names those that fail
            return super()._check_company(fnames)

    def _pool_bulk_allowed(self, values):
        """Whether SQL does on leads what ``write`` of these values would do: nobody else has a say in it."""
        if not self._pool_bulk_read(*_READ_METHODS):
            return False
        dependents = {
            dependent
            for name in values
            for dependent in self.env.registry.get_dependent_fields(self._fields[name])
            if dependent.store and not (dependent.model_name == self._name and dependent.name in _FOLLOWING)
        }
        constrained = {name for method in self._constraint_methods for name in method._constrains}
        return not dependents and constrained.isdisjoint(values)

    def _pool_bulk_read(self, *methods):
        """Whether nobody overrides these methods of leads but the modules named above."""
        for model_class in type(self).__mro__:
            for method in methods:
                function = vars(model_class).get(method)
                # an automation rule puts its own method on the class of the registry
                if function and (not function.__module__.startswith(_READ_MODULES) or hasattr(function, "origin")):
                    return False
        return True

    def _pool_bulk_simple(self, user, values):
        """Those of these leads on which the write changes only columns that are set here.

        :param user: their holder from now on, or nobody
        """
        if _HOLDER.isdisjoint(values):
            return self
        team = self.env["crm.team"].sudo().browse(values.get("team_id"))
        # who has no holder may lose his company, a team may bring properties: few leads at a time, by the ORM
        if not user or "team_id" not in values or team.lead_properties_definition:
            return self.browse()
        # sudo: what a holder or team of another company brings is decided by the ORM
        companies, own = user.sudo().company_ids, self._pool_bulk_company(user, team)

        def is_simple(lead):
            company = lead.company_id or own
            teams = lead.stage_id.team_ids
            return (
                lead.active
                and company in companies
                # another company may mean another currency for its amounts
                and (lead.company_id or own.currency_id == self.env.company.currency_id)
                and team.company_id in (company, company.browse())
                and lead.stage_id
                and not lead.stage_id.is_won
                and (not team or not teams or team in teams)
                and not lead.lead_properties
            )

        # leads of one kind are judged by one of them
        facts = [column(self, name) for name in ("active", "company_id", "stage_id", "lead_properties")]
        kinds = sets_by(self, [(*kind, bool(properties)) for *kind, properties in zip(*facts, strict=True)])
        return self.browse([lead_id for leads in kinds.values() if is_simple(leads[0]) for lead_id in leads._ids])

    def _pool_bulk_company(self, user, team):
        """The company that a lead without one gets with this holder and team, as Odoo finds it."""
        companies = user.sudo().company_ids
        if team.company_id or self.env.company in companies:
            return team.company_id or self.env.company
        return (companies & self.env.companies)[:1]

    # -- how --------------------------------------------------------------------------------------

    def _pool_bulk_write(self, rows):
        """Writes leads by one statement, with what follows from a new holder or team.

        :param rows: dict of lead id -> values; all name the same fields, and leads that get the same share one dict
        """
        self.flush_recordset()
        kinds = sets_by(self, [id(rows[lead_id]) for lead_id in self._ids])
        kinds = [(leads, rows[leads.ids[0]]) for leads in kinds.values()]
        names = list(kinds[0][1])
        watched = [name for name in names if name in self._watched_fields()]
        before = self._pool_bulk_before(watched)
        # a lead is sent with the number of its kind only: kinds are few
        place = {lead_id: number for number, (leads, _values) in enumerate(kinds) for lead_id in leads._ids}
        places = [place[lead_id] for lead_id in self._ids]
        now = self.env.cr.now()
        columns, chances = {name: self._pool_bulk_column(name, kinds) for name in names}, {}
        known = {name: self._pool_bulk_cached(name, kinds, places) for name in names}
        written = {name: SQL("k.%s", SQL.identifier(name)) for name in names}
        written |= {"write_uid": SQL("%s", self.env.uid), "write_date": SQL("%s", now)}
        if "user_id" in names:
            written["date_open"] = SQL("%s", now)
            age = SQL("extract(epoch FROM %s - date_trunc('second', create_date))", now)
            written["day_open"] = SQL("abs(floor(%s / 86400))", age)
            known["date_open"] = [now] * len(self)
        if not _HOLDER.isdisjoint(names):
            written["date_last_stage_update"] = SQL("COALESCE(date_last_stage_update, %s)", now)
            known["date_last_stage_update"] = [moment or now for moment in column(self, "date_last_stage_update")]
            chances = self._pool_bulk_chance_columns({lead_id: row.get("team_id") for lead_id, row in rows.items()})
            companies = self._pool_bulk_companies(kinds)
            columns["company_id"] = sql_array(companies)
            written["company_id"] = SQL("COALESCE(l.company_id, k.company_id)")
            own = zip(column(self, "company_id"), places, strict=True)
            known["company_id"] = [company or companies[number] for company, number in own]
        written |= {name: SQL("v.%s", SQL.identifier(name)) for name in chances}
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead l SET %s FROM unnest(%s) AS v(%s) JOIN unnest(%s) AS k(%s) ON k.kind = v.kind "
                "WHERE l.id = v.id",
                SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in written.items()),
                SQL(", ").join([sql_array(self._ids), sql_array(places), *chances.values()]),
                SQL(", ").join(map(SQL.identifier, ("id", "kind", *chances))),
                SQL(", ").join([sql_array(range(len(kinds))), *columns.values()]),
                SQL(", ").join(map(SQL.identifier, ("kind", *columns))),
            )
        )
        self._pool_bulk_forget(written)
        # what the handlers look at is known without reading it again
        for name, values in known.items():
            self._fields[name]._insert_cache(self, values)
        if not _HOLDER.isdisjoint(names):
            self._pool_bulk_follow(kinds)
        door = self.with_env(self._pool_door(dict.fromkeys(names)).env)
        for handler in dict.fromkeys(self._watched_fields()[name] for name in watched):
            getattr(door, handler)(before)

    def _pool_bulk_before(self, names):
        """What the handlers of watched fields are told: lead id -> old values of these fields."""
        before = {lead_id: {} for lead_id in self._ids}
        for name in names:
            field = self._fields[name]
            if field.type == "many2one":
                values = linked(self, name)
            else:
                values = [field.convert_to_record(value, self) for value in column(self, name)]
            for lead_id, value in zip(self._ids, values, strict=True):
                before[lead_id][name] = value
        return before

    def _pool_bulk_column(self, name, kinds):
        """The values of one column as an array, a value a kind."""
        field = self._fields[name]
        values = [field.convert_to_column_insert(row[name], self, row) for _leads, row in kinds]
        return sql_array(values, field.column_type[0])

    def _pool_bulk_cached(self, name, kinds, places):
        """The values of one field as the cache holds them, in the order of these leads; ``places`` are their kinds."""
        field = self._fields[name]
        values = [field.convert_to_cache(row[name], self, validate=False) for _leads, row in kinds]
        return [values[place] for place in places]
