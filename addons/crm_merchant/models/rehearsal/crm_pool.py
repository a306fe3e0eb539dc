from odoo import fields, models

BATCH = 5000


class CrmPool(models.Model):
    """The rehearsal of recycling: what the rules of these pools would have taken from whom since a day."""

    _inherit = "crm.pool"

    def _rehearsal_moves(self, since):
        """Replays the rules of these pools, see ``_recycle_replay``; as ``crm.assignment.rule._rehearsal_moves``.

        Counts leads and customers that the current user may count; archived ones have left the race.

        :param since: naive UTC
        :return: list of dicts: ``record`` (superuser), ``before`` and ``after`` (users; empty: the pool), ``rule`` and
            ``pool``, its name where the record would lie now
        """
        now, moves = fields.Datetime.now(), []
        for pool in self:
            for records in pool._rehearsal_batches():
                reasons = {}
                for record_id, (uid, rule, days) in records._recycle_replay(pool.sudo(), since, now).items():
                    holder = self.env["res.users"].browse(uid)
                    if (rule, days) not in reasons:
                        reasons[rule, days] = records._pool_recycle_reason(rule, days) if rule else ""
                    moves.append(
                        {
                            "record": records.browse(record_id).sudo(),
                            "before": holder,
                            "after": holder.browse() if rule else holder,
                            "rule": reasons[rule, days],
                            "pool": pool.name if rule else "",
                        }
                    )
                records.invalidate_recordset(flush=False)
        return moves

    def _rehearsal_batches(self):
        """Records of this pool, and those that it would take over when recycling is switched on."""
        self.ensure_one()
        for model in self._pool_models():
            records = self.env[model]
            found = records._rehearsal_records([("pool_id", "=", self.id), ("active", "=", True)])
            for batch in records._pool_adoptable(self.sudo()):
                found |= batch.with_env(self.env)._filtered_access("read")
            for start in range(0, len(found), BATCH):
                yield found[start : start + BATCH]

    def action_rehearse_recycling(self):
        """Opens the rehearsal of this pool's rules, played through.

        :raises AccessError: for whoever may not switch recycling
        """
        self.ensure_one()
        self._recycle_check_switcher()
        return self.env["crm.rule.rehearsal"]._open({"kind": self._name, "pool_id": self.id})
