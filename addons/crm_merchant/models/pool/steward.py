from odoo import models
from odoo.exceptions import AccessError, UserError


class PoolMixin(models.AbstractModel):
    """Giving held records away: back to the pool, or to a colleague."""

    _inherit = "crm.pool.mixin"

    def _pool_stewards(self):
        """Who decides over held records: the holder, the administrators of the pool, the holder's superiors.

        :return: dict of record (superuser) -> users
        """
        superiors = {user: user._merchant_superiors().sudo() for user in self.user_id}
        return {
            record: record.user_id | record.pool_id.admin_ids | superiors.get(record.user_id, record.user_id)
            for record in self
        }

    def _pool_check_steward(self):
        """:raises AccessError: for anyone else than ``_pool_stewards``, naming who can"""
        user = self.env.user
        if user.has_group("sales_team.group_sale_manager"):
            return
        for record, stewards in self.sudo()._pool_stewards().items():
            if user not in stewards:
                raise AccessError(
                    self.env._(
                        "Only %(owner)s, a superior or an administrator of the pool can give this away.",
                        owner=record.user_id.name or self.env._("its owner"),
                    )
                )

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
