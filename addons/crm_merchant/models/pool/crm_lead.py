from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models

from ..kernel.columns import column, linked

# what a move of a lead looks at before and after it is written
_MOVE_FACTS = (
    "active", "answer_deadline", "close_warned_at", "company_id", "create_date", "date_last_stage_update",
    "date_open", "first_response_at", "first_response_deadline", "first_response_late", "first_response_user_id",
    "followup_deadline", "followup_step", "is_high_risk", "last_followup_at", "lead_properties", "merchant_grade",
    "merchant_product_line_id", "partner_name", "pool_extra_days", "pool_id", "pool_locked", "pool_since",
    "pool_state", "recycle_deadline", "region_id", "stage_id", "team_id", "type", "user_id", "won_status",
)  # fmt: skip


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.pool.mixin", "crm.lead"]

    # the list of one pool and its groups by region, and the list of several pools in one order
    _pooled_idx = models.Index(
        "(pool_id, pool_since DESC, id DESC) INCLUDE (region_id) WHERE pool_state = 'pooled' AND active IS TRUE"
    )
    _pooled_since_idx = models.Index(
        "(pool_since DESC, id DESC) INCLUDE (pool_id) WHERE pool_state = 'pooled' AND active IS TRUE"
    )
    _held_idx = models.Index("(user_id) WHERE pool_state = 'owned'")
    _recycle_idx = models.Index("(recycle_deadline) WHERE pool_state = 'owned' AND active IS TRUE")
    _locked_idx = models.Index("(user_id) WHERE pool_locked")

    @api.depends_context("uid")
    def _compute_display_name(self):
        """A lead that the user may not read has no name for him either.

        Odoo hands out the names of linked records as superuser: a quote, a meeting, or any form opened with the lead as
        its default would tell the name of every lead of a closed region or a foreign pool.
        """
        result = super()._compute_display_name()
        if not self.env.su or self.env.uid == SUPERUSER_ID:
            return result
        closed = self.filtered(
            lambda lead: lead._origin == lead and (lead.pool_state == "pooled" or lead.region_id.is_scoped)
        )
        if closed:
            for lead in closed - closed.with_env(self.env(su=False))._filtered_access("read").sudo():
                lead.display_name = self.env._("Lead %(number)s", number=lead.id)
        return result

    def _pool_fetch_for_move(self):
        """Reads what a move of many leads looks at, and nothing else: a lead has a hundred columns."""
        self.fetch(_MOVE_FACTS)

    @api.model
    def _pool_search_for_move(self, domain):
        """Leads of a domain by their id, with what a move looks at: one statement."""
        return self.search_fetch(domain, _MOVE_FACTS, order="id")

    def _pool_public_names(self):
        # the ledger is read by supervisors of other regions too
        facts = zip(self._ids, linked(self.sudo(), "region_id"), column(self, "partner_name"), strict=True)
        return [
            (not (region and region.is_scoped) and company) or self.env._("Lead %(number)s", number=lead_id)
            for lead_id, region, company in facts
        ]

    def _prepare_pool_owner_vals(self, user):
        vals = super()._prepare_pool_owner_vals(user)
        if user:
            # written along, or Odoo would look for the team lead by lead
            vals["team_id"] = user.sudo().sale_team_id.id
        return vals

    def _pool_leave_owner(self, owners):
        """Future meetings leave the lead with their owner; what was held stays in its history."""
        dropped = super()._pool_leave_owner(owners)
        meetings = (
            self.env["calendar.event"]
            .sudo()
            .search([("opportunity_id", "in", self.ids), ("start", ">", fields.Datetime.now())])
        )
        lines = defaultdict(list)
        for meeting in meetings:
            lines[meeting.opportunity_id.id].append(self._pool_dropped_meeting(meeting))
        meetings.write({"opportunity_id": False})
        for lead_id, text in self._pool_dropped(lines).items():
            dropped[lead_id] = "\n".join(filter(None, [dropped.get(lead_id), text]))
        return dropped

    # -- merging ------------------------------------------------------------------------------

    def _merge_keeps_tail(self):
        """Leads with a row in the pool ledger are kept: their history must lead somewhere."""
        groups = (
            self.env["crm.pool.ledger"]
            .sudo()
            ._read_group([("res_model", "=", self._name), ("res_id", "in", self.ids)], ["res_id"])
        )
        return super()._merge_keeps_tail() | self.browse([res_id for (res_id,) in groups])

    def _merge_tail_archived(self, survivor):
        """Merged leads are in nobody's pool any more, and the ledger says where they went."""
        result = super()._merge_tail_archived(survivor)
        self._pool_note_merge(self.env._("Merged into %(name)s", name=survivor._pool_public_name()))
        return result

    def _merge_tail_restored(self, survivor):
        result = super()._merge_tail_restored(survivor)
        self._pool_note_merge(self.env._("Split off from %(name)s", name=survivor._pool_public_name()))
        return result

    # -- the clock ------------------------------------------------------------------------------

    def _watched_fields(self):
        return {
            **super()._watched_fields(),
            "type": "_pool_type_written",
            "merchant_product_line_id": "_pool_line_written",
        }

    def _pool_type_written(self, before):
        if before:
            self._pool_plan_if_on()

    def _pool_line_written(self, before):
        if before:
            self._pool_plan_if_on()

    def _pool_product_line(self):
        return self.merchant_product_line_id

    @api.model
    def _pool_exempt_domain(self):
        """What is won stays."""
        return super()._pool_exempt_domain() | fields.Domain("won_status", "=", "won")

    @api.model
    def _pool_adopt_domain(self):
        return fields.Domain(
            [
                ("user_id.active", "=", True),
                ("user_id.share", "=", False),
                ("pool_state", "=", False),
                ("won_status", "=", "pending"),
            ]
        )

    def _pool_with_opportunity(self):
        return super()._pool_with_opportunity() | self.filtered(lambda lead: lead.type == "opportunity")

    def _pool_with_deal(self):
        return super()._pool_with_deal() | self.filtered(lambda lead: lead.won_status == "won")

    def _pool_deal_ends(self):
        won = self.filtered(lambda lead: lead.won_status == "won" and lead.date_closed)
        return super()._pool_deal_ends() | {lead.id: [lead.date_closed] for lead in won}

    def _pool_holding_domain(self, user):
        """Won and lost ones do not count."""
        return super()._pool_holding_domain(user) & fields.Domain("won_status", "!=", "won")

    def _pool_not_for_all(self, user):
        """Odoo lets whoever sees all leads give them to anyone; others have only a collaborator's right to write."""
        return self.browse() if user.has_group("sales_team.group_sale_salesman_all_leads") else self

    def _pool_mine_title(self):
        return self.env._("My Leads")
