"""What people held before there were pools comes under their rules when recycling is switched on, with a clock that
begins then: nobody knew of a rule before."""

from odoo import api, fields, models

BATCH = 5000


class PoolMixin(models.AbstractModel):
    _inherit = "crm.pool.mixin"

    @api.model
    def _pool_adopt_domain(self):
        """Domain of records that somebody holds and no pool has taken yet; by default none."""
        return fields.Domain.FALSE

    @api.model
    def _pool_adoptable(self, pool):
        """Such records (superuser) that belong to ``pool`` by their region, in batches by id.

        What people entered themselves is left out where the pool leaves it alone.
        """
        domain = self._pool_adopt_domain() & fields.Domain("company_id", "in", (False, pool.company_id.id))
        if pool.region_ids:
            domain &= fields.Domain("region_id", "child_of", pool.region_ids.ids)
        records, last = self.sudo().with_company(pool.company_id), 0
        while True:
            batch = records.search(domain & fields.Domain("id", ">", last), order="id", limit=BATCH)
            if not batch:
                return
            last = batch[-1].id
            homes = batch._pool_find()
            found = batch.filtered(
                lambda record, homes=homes: homes[record.id] == pool
                and not (pool.created_rule == "none" and record._pool_is_own_entry())
            )
            if found:
                yield found
            batch.invalidate_recordset()

    def _pool_is_own_entry(self):
        """Whether the holder himself entered this record."""
        self.ensure_one()
        return self.create_uid == self.user_id

    def _pool_adopt(self, pool):
        """Takes these records (superuser) into ``pool``, held as they are."""
        reason = self.env._("Held before the pool recycled")
        own = self.filtered(lambda record: record._pool_is_own_entry())
        self._pool_move_all(
            [
                {"event": event, "holders": dict(records.grouped("user_id")), "reason": reason, "pool": pool}
                for event, records in (("create", own), ("assign", self - own))
                if records
            ]
        )
