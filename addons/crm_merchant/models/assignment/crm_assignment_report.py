from odoo import fields, models
from odoo.tools import SQL


class CrmAssignmentReport(models.Model):
    """Whether the rules share fairly: per rule, person, region and day, what somebody got and what his weight says.

    Read from the ledger, so that leads passed on later still count for who got them. The share that a weight gives is
    that of the people who stand in the rule today, on duty or not: who is away for long shows as getting less.
    """

    _name = "crm.assignment.report"
    _description = "Fairness of the Assignment"
    _auto = False
    _log_access = False
    _order = "day desc, rule_name"
    _rec_name = "rule_name"

    day = fields.Date(readonly=True)
    rule_id = fields.Many2one("crm.assignment.rule", readonly=True)
    rule_name = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "Person", readonly=True)
    region_id = fields.Many2one("crm.region", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    got = fields.Integer("Leads Got", readonly=True)
    fair = fields.Float("By Weight", readonly=True, digits=(16, 1), help="What his weight in the rule would give")
    difference = fields.Float("More Than by Weight", readonly=True, digits=(16, 1))
    kept = fields.Integer("Still Held", readonly=True)
    won = fields.Integer(readonly=True)
    response_hours = fields.Float("Hours to First Response", readonly=True, digits=(16, 1), aggregator="avg")

    _depends = {
        "crm.pool.ledger": ["rule_ref", "to_uid", "moment", "event", "res_id", "company_ref"],
        "crm.assignment.target": ["rule_id", "user_id", "weight"],
        "crm.assignment.rule": ["strategy", "team_id", "company_id"],
        "crm.lead": ["region_id", "user_id", "won_status", "first_response_at"],
    }

    def _response_hours(self):
        """Hours from the assignment ``g`` to the first response on its lead ``l``, as SQL.

        Empty while nobody has answered, where nothing is timed, and where somebody else holds the lead by now.
        """
        return SQL(
            "CASE WHEN l.user_id = g.to_uid AND l.first_response_at >= g.moment "
            "THEN extract(epoch FROM l.first_response_at - g.moment) / 3600 END"
        )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH given AS (
                SELECT g.rule_ref, g.to_uid, (g.moment AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day,
                       l.region_id, g.company_ref, l.user_id = g.to_uid AS kept, l.won_status = 'won' AS won,
                       %(response_hours)s AS response_hours, g.rule_name
                  FROM crm_pool_ledger g
                  LEFT JOIN crm_lead l ON l.id = g.res_id
                 WHERE g.rule_ref IS NOT NULL AND g.to_uid > 0 AND g.event = 'assign' AND g.res_model = 'crm.lead'
            ),
            weight AS (
                SELECT t.rule_id, t.user_id, CASE WHEN r.strategy = 'weighted' THEN t.weight ELSE 1 END AS weight
                  FROM crm_assignment_target t JOIN crm_assignment_rule r ON r.id = t.rule_id
                 WHERE r.strategy NOT IN ('pool', 'leader')
                UNION ALL
                SELECT r.id, m.user_id, 1
                  FROM crm_assignment_rule r JOIN crm_team_member m ON m.crm_team_id = r.team_id AND m.active
                 WHERE r.strategy NOT IN ('pool', 'leader') AND m.assignment_optout IS NOT TRUE
                   AND NOT EXISTS (SELECT 1 FROM crm_assignment_target t WHERE t.rule_id = r.id)
            ),
            share AS (
                SELECT rule_id, user_id, weight::float8 / sum(weight) OVER (PARTITION BY rule_id) AS part FROM weight
            ),
            total AS (
                SELECT rule_ref, day, region_id, company_ref, max(rule_name) AS rule_name, count(*) AS leads
                  FROM given GROUP BY rule_ref, day, region_id, company_ref
            ),
            person AS (
                SELECT rule_id AS rule_ref, user_id AS uid FROM share
                UNION SELECT rule_ref, to_uid FROM given
            ),
            cell AS (
                SELECT rule_ref, to_uid, day, region_id, company_ref, count(*) AS got,
                       count(*) FILTER (WHERE kept) AS kept, count(*) FILTER (WHERE won) AS won,
                       avg(response_hours) AS response_hours
                  FROM given GROUP BY rule_ref, to_uid, day, region_id, company_ref
            )
            SELECT row_number() OVER (ORDER BY t.day, t.rule_ref, t.region_id, t.company_ref, p.uid) AS id,
                   t.day, r.id AS rule_id, t.rule_name, u.id AS user_id, t.region_id, c.id AS company_id,
                   COALESCE(cell.got, 0) AS got, t.leads * COALESCE(s.part, 0) AS fair,
                   COALESCE(cell.got, 0) - t.leads * COALESCE(s.part, 0) AS difference,
                   COALESCE(cell.kept, 0) AS kept, COALESCE(cell.won, 0) AS won, cell.response_hours
              FROM total t
              JOIN person p ON p.rule_ref = t.rule_ref
              LEFT JOIN share s ON s.rule_id = t.rule_ref AND s.user_id = p.uid
              LEFT JOIN cell ON cell.rule_ref = t.rule_ref AND cell.to_uid = p.uid AND cell.day = t.day
                            AND cell.region_id IS NOT DISTINCT FROM t.region_id
                            AND cell.company_ref IS NOT DISTINCT FROM t.company_ref
              LEFT JOIN crm_assignment_rule r ON r.id = t.rule_ref
              LEFT JOIN res_users u ON u.id = p.uid
              LEFT JOIN res_company c ON c.id = COALESCE(r.company_id, t.company_ref)
            """,
            zone=self.env.company._merchant_zone(),
            response_hours=self._response_hours(),
        )
