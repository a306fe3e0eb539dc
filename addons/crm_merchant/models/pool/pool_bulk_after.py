"""What follows from a bulk write of leads: who follows them, and their chance of success."""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL, float_compare

_CHANCES = ("team_id", "probability", "automated_probability", "expected_revenue", "recurring_revenue",
            "recurring_revenue_monthly", "won_status")  # fmt: skip


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _pool_bulk_follow(self, rows):
        """Subscribes whom writes of these values would subscribe: the holder, and who follows his team."""
        if self.env.context.get("tracking_disable"):
            return
        alike = defaultdict(list)
        for lead_id, values in rows.items():
            alike[values.get("user_id"), values.get("team_id")].append(lead_id)
        teams, pairs, subscriptions = {}, [], []
        for (user_id, team_id), lead_ids in alike.items():
            if team_id not in teams:
                teams[team_id] = self._pool_bulk_team_followers(team_id)
            found = self._pool_bulk_followers(teams[team_id], {"user_id": user_id, "team_id": team_id})
            for partner_id, subtype_ids in found.items():
                pairs += [(lead_id, partner_id) for lead_id in lead_ids]
                subscriptions += [
                    (lead_id, partner_id, subtype_id) for lead_id in lead_ids for subtype_id in subtype_ids
                ]
        if pairs:
            self.env["mail.followers"].flush_model()
            self.env.cr.execute(
                SQL(
                    """
                    WITH follower AS (
                        INSERT INTO mail_followers (res_model, res_id, partner_id)
                        SELECT %s, * FROM unnest(%s::int4[], %s::int4[]) ON CONFLICT DO NOTHING
                        RETURNING id, res_id, partner_id
                    )
                    INSERT INTO mail_followers_mail_message_subtype_rel (mail_followers_id, mail_message_subtype_id)
                    SELECT f.id, s.subtype_id
                      FROM follower f
                      JOIN unnest(%s::int4[], %s::int4[], %s::int4[]) AS s(res_id, partner_id, subtype_id)
                        ON s.res_id = f.res_id AND s.partner_id = f.partner_id
                    """,
                    self._name,
                    *map(list, zip(*pairs, strict=True)),
                    *(map(list, zip(*subscriptions, strict=True)) if subscriptions else ([], [], [])),
                )
            )
            self.env["mail.followers"].invalidate_model(flush=False)

    def _pool_bulk_team_followers(self, team_id):
        """Partner id -> subtypes that he gets on leads of the team, as ``_message_auto_subscribe`` finds them."""
        children, _default, internal, parents, relations = self.env[
            "mail.message.subtype"
        ]._get_auto_subscription_subtypes(self._name)
        if not team_id or "team_id" not in relations.get("crm.team", ()):
            return {}
        found = {}
        for _id, _res, partner_id, subtype_ids, is_customer, is_active in self.env[
            "mail.followers"
        ]._get_subscription_data([("crm.team", [team_id])], None, include_pshare=True, include_active=True):
            if partner_id and is_active:
                subtypes = {parents[subtype] for subtype in subtype_ids if parents.get(subtype)}
                subtypes |= {subtype for subtype in subtype_ids if subtype not in parents and subtype in children}
                found[partner_id] = subtypes - set(internal) if is_customer else subtypes
        return found

    def _pool_bulk_followers(self, team_followers, values):
        default = self.env["mail.message.subtype"]._get_auto_subscription_subtypes(self._name)[1]
        found = dict(team_followers)
        for partner_id, subtype_ids, _template in self._message_auto_subscribe_followers(values, default):
            found.setdefault(partner_id, subtype_ids)
        return found

    def _pool_bulk_probabilities(self):
        """Another team means another chance of success, once there are won and lost leads to learn from.

        Asked for team by team: where a team has nothing to learn from, Odoo leaves out the first lead and gives the
        others of the same call a chance that means nothing; alone, each of them would keep his.
        """
        counts = self.env["crm.lead.scoring.frequency"].sudo()._read_group([], [], ["won_count:sum", "lost_count:sum"])
        if not self or not all(counts[0]):
            return
        self.fetch(_CHANCES)
        changed = []
        for leads in self.filtered(lambda lead: lead.won_status == "pending").grouped("team_id").values():
            found = leads._pls_get_naive_bayes_probabilities(batch_mode=True)
            chances = found[0] if found else {}
            if len(chances) == len(leads):
                changed += [lead._pool_bulk_chance(chances[lead.id]) for lead in leads]
        if changed:
            self.flush_recordset()
            self.env.cr.execute(
                SQL(
                    "UPDATE crm_lead l SET automated_probability = v.chance, probability = v.probability, "
                    "prorated_revenue = v.prorated, recurring_revenue_monthly_prorated = v.monthly, "
                    "recurring_revenue_prorated = v.recurring "
                    "FROM unnest(%s::int4[], %s::float8[], %s::float8[], %s::numeric[], %s::numeric[], %s::numeric[]) "
                    "AS v(id, chance, probability, prorated, monthly, recurring) WHERE l.id = v.id",
                    *map(list, zip(*changed, strict=True)),
                )
            )
            self.invalidate_recordset(flush=False)

    def _pool_bulk_chance(self, chance):
        """What one lead stores with this chance: id, chance, probability and the revenues that follow."""
        follows = float_compare(self.probability, self.automated_probability, 2) == 0
        probability = chance if follows else self.probability
        return (
            self.id,
            chance,
            probability,
            round((self.expected_revenue or 0.0) * (probability or 0) / 100.0, 2),
            (self.recurring_revenue_monthly or 0.0) * (probability or 0) / 100.0,
            (self.recurring_revenue or 0.0) * (probability or 0) / 100.0,
        )
