from odoo import fields, models
from odoo.tools import SQL

GOAL_HOURS = 4
PERIODS = (30, 90, 365)


class ApprovalCycle(models.Model):
    """How long approvals take: a row for each step, person and policy, in working hours, and for what waits now.

    Median and 90 % cannot be added up, so each row is measured for itself and the list is not summed.
    """

    _name = "crm.approval.cycle"
    _description = "Approval Cycle"
    _auto = False
    _order = "kind, median desc, id"
    _rec_name = "name"

    kind = fields.Selection(
        [("policy", "Policy"), ("step", "Step"), ("person", "Person"), ("waiting", "Waiting Now")],
        "Per",
        readonly=True,
    )
    days = fields.Selection(
        [("0", "Now"), ("30", "Last 30 Days"), ("90", "Last 90 Days"), ("365", "Last 365 Days")],
        "Period",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    policy_id = fields.Many2one("crm.approval.policy", readonly=True)
    step_name = fields.Char("Step", readonly=True)
    user_id = fields.Many2one("res.users", "Person", readonly=True)
    name = fields.Char(compute="_compute_name")
    count = fields.Integer("Decisions", readonly=True, aggregator=None)
    median = fields.Float("Median (h)", digits=(16, 2), readonly=True, aggregator=None)
    ninetieth = fields.Float("90 % within (h)", digits=(16, 2), readonly=True, aggregator=None)
    late_share = fields.Float("Late (%)", digits=(5, 1), readonly=True, aggregator=None)
    goal_share = fields.Float(
        "Within 4 Hours (%)", digits=(5, 1), readonly=True, aggregator=None, help="Four working hours, the goal"
    )
    oldest_at = fields.Datetime("Waits since", readonly=True)

    def _compute_name(self):
        for row in self:
            names = (row.policy_id.sudo().name, row.step_name, row.user_id.sudo().name)
            row.name = " · ".join(name for name in names if name)

    @property
    def _table_query(self):
        """Decided tasks by step and person, approved requests by policy, and open tasks by step and person."""
        periods = SQL("(VALUES %s) AS p(days)", SQL(", ").join(SQL("(%s)", days) for days in PERIODS))
        measured = SQL(
            "percentile_cont(0.5) WITHIN GROUP (ORDER BY s.working_hours) AS median, "
            "percentile_cont(0.9) WITHIN GROUP (ORDER BY s.working_hours) AS ninetieth, "
            "100.0 * avg(s.late) AS late_share, "
            "100.0 * avg(CASE WHEN s.working_hours <= %s THEN 1 ELSE 0 END) AS goal_share, "
            "NULL::timestamp AS oldest_at",
            GOAL_HOURS,
        )
        decided = SQL(
            "(SELECT t.company_id, r.policy_id, t.step_name, t.decided_by_id, t.decided_at, t.working_hours, "
            "CASE WHEN t.was_late THEN 1 ELSE 0 END AS late FROM crm_approval_task t "
            "JOIN crm_approval_request r ON r.id = t.request_id "
            "WHERE t.state IN ('approved', 'rejected', 'returned') AND t.working_hours IS NOT NULL) s"
        )
        closed = SQL(
            "(SELECT r.company_id, r.policy_id, r.closed_at AS decided_at, r.working_hours, "
            "CASE WHEN EXISTS (SELECT 1 FROM crm_approval_task t WHERE t.request_id = r.id AND t.was_late) "
            "THEN 1 ELSE 0 END AS late FROM crm_approval_request r "
            "WHERE r.state = 'approved' AND r.working_hours IS NOT NULL) s"
        )
        since = SQL("s.decided_at >= now() AT TIME ZONE 'UTC' - p.days * interval '1 day'")
        return SQL(
            """
            SELECT row_number() OVER (ORDER BY kind, days, company_id, policy_id, step_name, user_id) AS id, all_rows.*
            FROM (
                SELECT 'step' AS kind, p.days::varchar AS days, s.company_id, s.policy_id, s.step_name,
                    NULL::int AS user_id, count(*) AS count, %(measured)s
                FROM %(decided)s CROSS JOIN %(periods)s WHERE %(since)s
                GROUP BY p.days, s.company_id, s.policy_id, s.step_name
                UNION ALL
                SELECT 'person', p.days::varchar, s.company_id, NULL::int, NULL::varchar, s.decided_by_id, count(*),
                    %(measured)s
                FROM %(decided)s CROSS JOIN %(periods)s WHERE %(since)s GROUP BY p.days, s.company_id, s.decided_by_id
                UNION ALL
                SELECT 'policy', p.days::varchar, s.company_id, s.policy_id, NULL::varchar, NULL::int, count(*),
                    %(measured)s
                FROM %(closed)s CROSS JOIN %(periods)s WHERE %(since)s GROUP BY p.days, s.company_id, s.policy_id
                UNION ALL
                SELECT 'waiting', '0', t.company_id, NULL::int, t.step_name, t.user_id, count(*), NULL, NULL,
                    100.0 * avg(CASE WHEN t.deadline < now() AT TIME ZONE 'UTC' THEN 1 ELSE 0 END), NULL,
                    min(t.opened_at)
                FROM crm_approval_task t WHERE t.state = 'pending' GROUP BY t.company_id, t.step_name, t.user_id
            ) all_rows
            """,
            measured=measured,
            decided=decided,
            closed=closed,
            periods=periods,
            since=since,
        )
