from odoo import api, fields, models

from odoo.addons.crm_merchant.lib.clock import Limit

KINDS = [("response", "First Answer"), ("solve", "Solution")]
_HOUR = 3600


class ServiceSlaStatus(models.Model):
    """One clock of a ticket. ``_sla_advance`` is its only door; nobody has a right to write it.

    While it runs, its deadline is stored; while it stands still, what was left is. What was planned stays when the
    policy changes.
    """

    _name = "service.sla.status"
    _description = "Clock of a Ticket"
    _order = "ticket_id, kind"

    ticket_id = fields.Many2one("service.ticket", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="ticket_id.company_id", store=True, index=True)
    policy_id = fields.Many2one("service.sla.policy", readonly=True, ondelete="set null")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(
        [("running", "Running"), ("paused", "Paused"), ("met", "Met"), ("breached", "Breached")],
        required=True, readonly=True, default="running",
    )  # fmt: skip
    limit_number = fields.Float(readonly=True, help="Of the present run; while it stands still, what is left of it")
    limit_unit = fields.Char(readonly=True)
    started_at = fields.Datetime(readonly=True, help="Beginning of the clock, moved on by its pauses")
    planned_at = fields.Datetime(readonly=True, help="Beginning of the present run")
    paused_at = fields.Datetime(readonly=True)
    deadline = fields.Datetime(readonly=True)
    reached_at = fields.Datetime(readonly=True)

    _kind_uniq = models.UniqueIndex("(ticket_id, kind)", "A ticket has one clock of each kind.")
    _deadline_idx = models.Index("(deadline) WHERE state = 'running'")

    # -- beginning --------------------------------------------------------------------------

    @api.model
    def _sla_start(self, tickets):
        """Starts the clocks of new tickets; those that no policy fits get none."""
        vals_list = []
        for ticket, policy in self.env["service.sla.policy"]._policies_of(tickets.sudo()).items():
            for kind, limit in policy._limits().items():
                if kind == "response" and ticket.responded_at:
                    continue
                vals_list.append(self._prepare_status_vals(ticket, policy, kind, limit))
        rows = self.sudo().create(vals_list)
        rows._plan()
        return rows

    @api.model
    def _prepare_status_vals(self, ticket, policy, kind, limit):
        """Values of a clock that starts when the ticket was opened."""
        return {
            "ticket_id": ticket.id,
            "policy_id": policy.id,
            "kind": kind,
            "state": "running",
            "limit_number": limit.number,
            "limit_unit": limit.unit,
            "started_at": ticket.opened_at,
            "planned_at": ticket.opened_at,
        }

    # -- the door ---------------------------------------------------------------------------

    def _sla_advance(self, event):
        """Moves clocks on.

        * ``reach``: what they wait for has happened; late ones stay breached
        * ``pause`` and ``resume``: they stand still, and go on with what was left
        * ``reopen``: what they had waited for is undone
        * ``breach``: the deadline came; one that a holiday moved later is planned anew instead
        * ``drop``: the ticket was none
        """
        getattr(self.sudo(), f"_sla_{event}")(fields.Datetime.now())

    def _sla_reach(self, now):
        for row in self.filtered(lambda row: not row.reached_at):
            if row.state == "running" and row.deadline > now:
                row.write({**row._prepare_rest_vals(now), "state": "met", "reached_at": now})
            elif row.state == "running":
                row.write({"state": "breached", "reached_at": now})
            else:
                row.write({"state": "met" if row.state == "paused" else row.state, "reached_at": now})

    def _sla_pause(self, now):
        for row in self.filtered(lambda row: row.state == "running"):
            if row.deadline > now:
                row.write({**row._prepare_rest_vals(now), "state": "paused", "deadline": False})

    def _sla_resume(self, now):
        rows = self.filtered(lambda row: row.state == "paused")
        for row in rows:
            row.write({"state": "running", "planned_at": now, "started_at": row.started_at + (now - row.paused_at)})
        rows._plan()

    def _sla_reopen(self, now):
        self.filtered(lambda row: row.state == "breached").write({"reached_at": False})
        met = self.filtered(lambda row: row.state == "met")
        met.write({"state": "paused", "reached_at": False, "deadline": False})
        met._sla_resume(now)

    def _sla_breach(self, now):
        due = self.filtered(lambda row: row.state == "running" and row.deadline <= now)
        # a day off that was entered meanwhile moved it later
        due._plan()
        late = due.filtered(lambda row: row.deadline <= now)
        late.write({"state": "breached"})
        clocks = self._fields["kind"]
        for kind in clocks.get_values(self.env):
            late.filtered(lambda row, kind=kind: row.kind == kind).ticket_id._ask_leaders(
                lambda env, kind=kind: env._(
                    "%(clock)s is overdue", clock=dict(clocks._description_selection(env))[kind]
                ),
                lambda env: env._("Overdue service tickets"),
            )

    def _sla_drop(self, now):
        self.filtered(lambda row: row.state in ("running", "paused")).unlink()

    def _sla_replan(self, policies):
        """Clocks that go on take the limits of the policy that fits now, counted from their beginning.

        :param policies: ticket -> policy
        """
        for row in self.sudo().filtered(lambda row: row.state in ("running", "paused")):
            policy = policies.get(row.ticket_id)
            limit = policy and policy._limits().get(row.kind)
            if not limit:
                row.unlink()
                continue
            row.write(
                {
                    "policy_id": policy.id,
                    "limit_number": limit.number,
                    "limit_unit": limit.unit,
                    "planned_at": row.started_at,
                }
            )
            row._plan()
            if row.state == "paused":
                rest = row._prepare_rest_vals(max(row.paused_at, row.started_at))
                row.write({**rest, "paused_at": row.paused_at, "deadline": False})
        # one that is late by the new limit is found by the job, which tells the leader

    # -- planning ---------------------------------------------------------------------------

    def _plan(self):
        """Deadlines of the present runs, those of one company and limit in one go."""
        plans = self.grouped(lambda row: (row.company_id, row.limit_number, row.limit_unit))
        for (company, number, unit), rows in plans.items():
            calendar = company.resource_calendar_id
            deadlines = calendar._limit_deadlines(Limit(number, unit), rows.mapped("planned_at"))
            for row, deadline in zip(rows, deadlines, strict=True):
                if row.deadline != deadline:
                    row.deadline = deadline

    def _clock_recompute(self):
        """Plans these running clocks again after working time changed."""
        self._plan()

    def _prepare_rest_vals(self, moment):
        """What is left of a running clock at ``moment``, as a limit that starts when it goes on."""
        self.ensure_one()
        unit = "working_hours" if self.limit_unit.startswith("working") else "hours"
        if unit == "working_hours":
            seconds = self.company_id.resource_calendar_id._working_seconds([(moment, self.deadline)])[0]
        else:
            seconds = (self.deadline - moment).total_seconds()
        # a limit is never nothing
        return {"limit_number": max(seconds, 1) / _HOUR, "limit_unit": unit, "paused_at": moment}
