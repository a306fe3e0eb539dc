from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.pool.mixin", "crm.lead"]

    pool_ledger_count = fields.Integer(compute="_compute_pool_ledger_count", groups="base.group_user")

    _pooled_idx = models.Index("(pool_id, pool_since) WHERE pool_state = 'pooled'")
    _held_idx = models.Index("(user_id) WHERE pool_state = 'owned'")

    def _compute_pool_ledger_count(self):
        groups = (
            self.env["crm.pool.ledger"]
            .sudo()
            ._read_group([("res_model", "=", "crm.lead"), ("res_id", "in", self.ids)], ["res_id"], ["__count"])
        )
        counts = dict(groups)
        for lead in self:
            lead.pool_ledger_count = counts.get(lead.id, 0)

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

    def _pool_public_name(self):
        # the ledger is read by supervisors of other regions too
        hidden = self.sudo().region_id.is_scoped
        return (not hidden and self.partner_name) or self.env._("Lead %(number)s", number=self.id)

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
        for meeting in meetings:
            line = f"{meeting.start} {meeting.name}"
            lead_id = meeting.opportunity_id.id
            dropped[lead_id] = "\n".join(filter(None, [dropped.get(lead_id), line]))
        meetings.write({"opportunity_id": False})
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

    def _pool_note_merge(self, reason):
        rows = []
        for home, leads in self.filtered("pool_id").grouped("pool_id").items():
            for user, batch in leads.grouped("user_id").items():
                rows += batch._pool_rows("merge", user, home, dict.fromkeys(batch.ids, user), reason, {})
        self.env["crm.pool.ledger"]._ledger_append(rows)

    # -- giving away --------------------------------------------------------------------------

    def _pool_check_steward(self):
        """Who may give a held lead away: its owner, an administrator of its pool, a superior of the owner.

        :raises AccessError: for anyone else, naming who can
        """
        user = self.env.user
        for lead in self.sudo():
            allowed = lead.user_id | lead.pool_id.admin_ids
            if lead.user_id:
                allowed |= lead.user_id._merchant_superiors()
            if user not in allowed and not user.has_group("sales_team.group_sale_manager"):
                raise AccessError(
                    self.env._(
                        "Only %(owner)s, a superior or an administrator of the pool can give this lead away.",
                        owner=lead.user_id.name or self.env._("its owner"),
                    )
                )

    def action_pool_release(self, reason=""):
        """Gives held leads back to their pool.

        :param reason: why, needed: whoever takes the lead next wants to know
        """
        self.check_access("write")
        self._pool_check_steward()
        if not (reason or "").strip():
            raise UserError(self.env._("Say in a few words why the lead goes back to the pool."))
        homes = self.sudo()._pool_find()
        for lead in self.sudo():
            if not lead.pool_id and not homes[lead.id]:
                raise UserError(
                    self.env._(
                        "No pool takes leads of the region “%(region)s”. A sales administrator can add the region to a "
                        "pool.",
                        region=lead.region_id.name or self.env._("unknown"),
                    )
                )
        self._pool_move("release", {self.env["res.users"]: self}, reason.strip())
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "target": "main",
            "domain": [("user_id", "=", self.env.uid)],
            "name": self.env._("My Leads"),
        }

    def action_pool_transfer(self, user_id, reason=""):
        """Hands held leads to a colleague.

        :param user_id: id of an internal user of the lead's company
        """
        self.check_access("write")
        self._pool_check_steward()
        user = self.env["res.users"].browse(int(user_id)).exists()
        if not user or user.share or not user.has_group("sales_team.group_sale_salesman"):
            raise UserError(self.env._("Choose a colleague who works in sales."))
        self._pool_move("transfer", {user: self}, (reason or "").strip())
        return True

    def action_open_pool_ledger(self):
        """Opens who held this lead, from when, and why."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_merchant.action_crm_pool_ledger")
        action["domain"] = [("res_model", "=", "crm.lead"), ("res_id", "=", self.id)]
        return action
