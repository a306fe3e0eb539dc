from odoo import models
from odoo.exceptions import AccessError, UserError

from .pool_mixin import STATE_COLUMNS


class PoolMixin(models.AbstractModel):
    """Giving held records away: back to the pool, or to a colleague."""

    _inherit = "crm.pool.mixin"

    def _pool_stewards(self, owners=None):
        """Who decides over held records: the holder, the administrators of the pool, the holder's superiors.

        :param owners: dict of record id -> holder, by default those of now
        :return: dict of record (superuser) -> users
        """
        owners = owners or {record.id: record.user_id for record in self}
        superiors = {user: user._merchant_superiors().sudo() for user in set(owners.values()) if user}
        return {
            record: owners[record.id]
            | record.pool_id.admin_ids
            | superiors.get(owners[record.id], record.user_id.browse())
            for record in self
        }

    def _pool_check_steward(self, owners=None):
        """:raises AccessError: for anyone else than ``_pool_stewards``, naming who can"""
        user = self.env.user
        if user.has_group("sales_team.group_sale_manager"):
            return
        for record, stewards in self.sudo()._pool_stewards(owners).items():
            if user not in stewards:
                holder = owners[record.id] if owners else record.user_id
                raise AccessError(
                    self.env._(
                        "Only %(owner)s, a superior or an administrator of the pool can give this away.",
                        owner=holder.sudo().name or self.env._("its owner"),
                    )
                )

    def _pool_owner_written(self, before):
        """Who may write a record may not always take it from its holder: a collaborator, or anyone where everybody
        writes all customers."""
        if before and not self.env.su and not self._door_is_open(STATE_COLUMNS):
            owners = {record.id: before.get(record.id, {}).get("user_id") for record in self}
            taken = self.sudo().filtered(
                lambda record: owners[record.id] and owners[record.id] not in (record.user_id, self.env.user)
            )
            taken = taken._pool_not_for_all(self.env.user).with_env(self.env)
            if taken:
                taken._pool_check_steward({record.id: owners[record.id].sudo() for record in taken})
            if self.sudo().filtered(lambda record: record.pool_state and owners[record.id] and not record.user_id):
                raise UserError(
                    self.env._("Use the button “Give Away”: whoever takes this next wants to know why it is free.")
                )
        return super()._pool_owner_written(before)

    def _pool_not_for_all(self, user):
        """Those of these records (superuser) whose holder ``user`` changes only if he is one of their stewards."""
        return self.filtered("pool_state")

    def action_pool_release(self, reason=""):
        """Gives held records back to their pool.

        :param reason: why, needed: whoever takes the record next wants to know
        """
        self.check_access("write")
        self._pool_check_steward()
        if not (reason or "").strip():
            raise UserError(self.env._("Say in a few words why it goes back to the pool."))
        homes = self.sudo()._pool_find()
        for record in self.sudo():
            if not record.pool_id and not homes[record.id]:
                raise UserError(
                    self.env._(
                        "No pool takes records of the region “%(region)s”. A sales administrator can add the region to "
                        "a pool.",
                        region=record.region_id.name or self.env._("unknown"),
                    )
                )
        self._pool_move("release", {self.env["res.users"]: self}, reason.strip())
        return self._pool_action_mine()

    def _pool_action_mine(self):
        """Where a person goes when the record he looked at is gone: the list of what he holds."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "target": "main",
            "domain": [("user_id", "=", self.env.uid)],
            "name": self._pool_mine_title(),
        }

    def _pool_mine_title(self):
        return self.env._("My Records")

    def action_pool_transfer(self, user_id, reason=""):
        """Hands held records to a colleague.

        :param user_id: id of an internal user who works in sales
        """
        self.check_access("write")
        self._pool_check_steward()
        user = self.env["res.users"].browse(int(user_id)).exists()
        if not user or user.share or not user.has_group("sales_team.group_sale_salesman"):
            raise UserError(self.env._("Choose a colleague who works in sales."))
        self._pool_check_receiver(user, {record.id: record.user_id for record in self.sudo()})
        self._pool_move("transfer", {user: self}, (reason or "").strip())
        return True
