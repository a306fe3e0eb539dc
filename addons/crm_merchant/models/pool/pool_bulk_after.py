"""What follows from a bulk write of leads: what is still known of them, who follows them, their chance of success."""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL, float_compare

from ..kernel.columns import column, filled, sets_by
from ..kernel.inserting import sql_array

_CHANCES = (
    "automated_probability", "probability", "prorated_revenue", "recurring_revenue_monthly_prorated",
    "recurring_revenue_prorated",
)  # fmt: skip


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _pool_bulk_companies(self, kinds):
        """The company that leads of each kind get if they have none."""
        users, teams = self.env["res.users"].sudo(), self.env["crm.team"].sudo()
        return [
            # whose holder stays has the same one as the others of his kind
            self._pool_bulk_company(
                users.browse(row["user_id"] if "user_id" in row else leads[0].user_id.id), teams.browse(row["team_id"])
            ).id
            or None
            for leads, row in kinds
        ]

    def _pool_bulk_put_companies(self, kinds):
        """Puts the companies of leads that have none into the cache, to be flushed with what the ORM writes.

        :param kinds: list of (leads, values that are about to be written on them)
        """
        field, found = self._fields["company_id"], []
        for (leads, _values), company_id in zip(kinds, self._pool_bulk_companies(kinds), strict=True):
            homeless = leads - filled(leads, "company_id")
            if homeless and company_id:
                field._update_cache(homeless, company_id, dirty=True)
                found += homeless._ids
        self.browse(found).modified(["company_id"])

    def _pool_bulk_put_ages(self):
        """Puts the days that leads lay open until now into the cache, as Odoo counts them."""
        moments = zip(column(self, "date_open"), column(self, "create_date"), strict=True)
        ages = [
            float(abs((opened - created.replace(microsecond=0)).days)) if opened and created else None
            for opened, created in moments
        ]
        for days, leads in sets_by(self, ages).items():
            self._fields["day_open"]._update_cache(leads, days, dirty=True)

    def _pool_bulk_forget(self, names):
        """Drops from the cache what a write of these columns by SQL changes, on leads and on what points at them.

        Other columns of the leads stay: they are what they were, and a hundred thousand leads need not be read again.
        What is computed goes, some of it hangs on more than the ORM knows.
        """
        names, registry = set(names), self.env.registry
        for name in names:
            field = self._fields[name]
            for other in (*registry.field_inverses[field], *registry.get_dependent_fields(field)):
                if other.model_name != self._name:
                    self.env[other.model_name].invalidate_model([other.name], flush=False)
        kept = {name for name, field in self._fields.items() if field.store and field.column_type} - names
        self.invalidate_recordset(self._fields.keys() - kept, flush=False)

    def _pool_bulk_follow(self, kinds):
        """Subscribes whom writes of these values would subscribe: the holder, and who follows his team.

        :param kinds: list of (leads, values that were written on them)
        """
        if self.env.context.get("tracking_disable"):
            return
        alike = defaultdict(list)
        for leads, values in kinds:
            alike[values.get("user_id"), values.get("team_id")] += leads._ids
        teams = self._pool_bulk_team_followers({team_id for _user_id, team_id in alike if team_id})
        people, subscriptions = [], []
        for kind, (user_id, team_id) in enumerate(alike):
            found = self._pool_bulk_followers(teams.get(team_id, {}), {"user_id": user_id, "team_id": team_id})
            people += [(kind, partner_id) for partner_id in found]
            subscriptions += [
                (kind, partner_id, subtype_id)
                for partner_id, subtype_ids in found.items()
                for subtype_id in subtype_ids
            ]
        if people:
            self.env["mail.followers"].flush_model()
            self.env.cr.execute(
                SQL(
                    """
                    WITH given AS (
                        SELECT * FROM unnest(%s, %s) AS g(res_id, kind)
                    ), follower AS (
                        INSERT INTO mail_followers (res_model, res_id, partner_id)
                        SELECT %s, g.res_id, p.partner_id
                          FROM given g JOIN unnest(%s, %s) AS p(kind, partner_id) ON p.kind = g.kind
                            ON CONFLICT DO NOTHING
                        RETURNING id, res_id, partner_id
                    )
                    INSERT INTO mail_followers_mail_message_subtype_rel (mail_followers_id, mail_message_subtype_id)
                    SELECT f.id, s.subtype_id
                      FROM follower f
                      JOIN given g ON g.res_id = f.res_id
                      JOIN unnest(%s, %s, %s) AS s(kind, partner_id, subtype_id)
                        ON s.kind = g.kind AND s.partner_id = f.partner_id
                    """,
                    sql_array([lead_id for lead_ids in alike.values() for lead_id in lead_ids]),
                    sql_array([kind for kind, lead_ids in enumerate(alike.values()) for _lead_id in lead_ids]),
                    self._name,
                    *map(sql_array, zip(*people, strict=True)),
                    *map(sql_array, zip(*subscriptions, strict=True) if subscriptions else ([], [], [])),
                )
            )
            self.env["mail.followers"].invalidate_model(flush=False)
            self._pool_bulk_forget(["message_follower_ids"])

    def _pool_bulk_team_followers(self, team_ids):
        """Team id -> partner id -> subtypes that he gets on its leads, as ``_message_auto_subscribe`` finds them."""
        children, _default, internal, parents, relations = self.env[
            "mail.message.subtype"
        ]._get_auto_subscription_subtypes(self._name)
        if not team_ids or "team_id" not in relations.get("crm.team", ()):
            return {}
        found = defaultdict(dict)
        for _id, team_id, partner_id, subtype_ids, is_customer, is_active in self.env[
            "mail.followers"
        ]._get_subscription_data([("crm.team", list(team_ids))], None, include_pshare=True, include_active=True):
            if partner_id and is_active:
                subtypes = {parents[subtype] for subtype in subtype_ids if parents.get(subtype)}
                subtypes |= {subtype for subtype in subtype_ids if subtype not in parents and subtype in children}
                found[team_id][partner_id] = subtypes - set(internal) if is_customer else subtypes
        return found

    def _pool_bulk_followers(self, team_followers, values):
        default = self.env["mail.message.subtype"]._get_auto_subscription_subtypes(self._name)[1]
        found = dict(team_followers)
        for partner_id, subtype_ids, _template in self._message_auto_subscribe_followers(values, default):
            found.setdefault(partner_id, subtype_ids)
        return found

    # -- chances of success -----------------------------------------------------------------------

    def _pool_bulk_chances(self):
        """Lead id -> values of ``_CHANCES`` with its team as it is in the cache, once there are won and lost leads to
        learn from.

        Leads that are alike have the same chance, so one of each kind is asked for. They are asked for team by team:
        where a team has nothing to learn from, Odoo leaves out the first lead and gives the others of the same call a
        chance that means nothing; alone, each of them would keep his.
        """
        counts = self.env["crm.lead.scoring.frequency"].sudo()._read_group([], [], ["won_count:sum", "lost_count:sum"])
        if not all(counts[0]):
            return {}
        names = [name for name in self._pls_get_safe_fields() if self._fields[name].column_type]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id, l.probability, l.automated_probability, l.expected_revenue, l.recurring_revenue,
                       l.recurring_revenue_monthly, l.stage_id,
                       ARRAY(SELECT tag_id FROM crm_tag_rel WHERE lead_id = l.id ORDER BY tag_id), %s
                  FROM crm_lead l WHERE l.id = ANY(%s) AND l.won_status = 'pending'
                """,
                SQL(", ").join(SQL.identifier("l", name) for name in ["id", *names]),
                sql_array(self._ids),
            )
        )
        teams = {lead.id: lead.team_id.id for lead in self}
        alike = defaultdict(list)
        for lead_id, *values in rows:
            kind = (*values[5:6], *values[6], None, *values[8:])
            alike[teams[lead_id], kind].append((lead_id, *values[:5]))
        kinds = defaultdict(list)
        for (team_id, _kind), leads in alike.items():
            kinds[team_id].append(leads)
        found = {}
        for batches in kinds.values():
            chances = self.browse([leads[0][0] for leads in batches])._pls_get_naive_bayes_probabilities()[0]
            if len(chances) == len(batches):
                for leads in batches:
                    chance = chances[leads[0][0]]
                    found |= {
                        lead_id: self.browse(lead_id)._pool_bulk_chance(chance, *values) for lead_id, *values in leads
                    }
        return found

    def _pool_bulk_chance(self, chance, probability, automated, revenue, recurring, monthly):
        """What a lead stores with this chance, in the order of ``_CHANCES``."""
        if float_compare(probability or 0.0, automated or 0.0, 2) == 0:
            probability = chance
        share = (probability or 0.0) / 100.0
        amounts = [round(float(revenue or 0) * (probability or 0.0) / 100.0, 2), float(monthly or 0) * share]
        amounts.append(float(recurring or 0) * share)
        if any(amounts):
            amounts = [self.company_currency.round(amount) for amount in amounts]
        return (chance, probability or 0.0, *amounts)

    def _pool_bulk_chance_columns(self, teams):
        """Column name -> array of new values, in the order of ``self``; empty where no chance changes.

        :param teams: dict of lead id -> team that is about to be written
        """
        # the new team stands in the cache only
        for team_id, leads in self.grouped(lambda lead: teams[lead.id]).items():
            self._fields["team_id"]._update_cache(leads, team_id or None)
        found = self._pool_bulk_chances()
        if not found:
            return {}
        kept = self.browse([lead_id for lead_id in self._ids if lead_id not in found])
        found |= {lead.id: tuple(lead[name] for name in _CHANCES) for lead in kept}
        rows = [found[lead_id] for lead_id in self._ids]
        return {
            name: sql_array(values, self._fields[name].column_type[0])
            for name, values in zip(_CHANCES, zip(*rows, strict=True), strict=True)
        }

    def _pool_bulk_write_chances(self):
        """Puts the chances of leads that were written by other means into the cache, to be flushed with the rest."""
        for lead_id, values in self._pool_bulk_chances().items():
            lead = self.browse(lead_id)
            for name, value in zip(_CHANCES, values, strict=True):
                self._fields[name]._update_cache(lead, value, dirty=True)
