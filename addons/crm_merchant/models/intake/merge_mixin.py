from odoo import models


class MergeMixin(models.AbstractModel):
    """Neutral hooks of merging. They stand in a mixin so that any folder of this addon can extend them, whatever the
    order in which the folders are loaded."""

    _name = "crm.merge.mixin"
    _description = "Hooks of Merging"

    def _merge_keeps_tail(self):
        """Which of these records, about to be merged into another, are archived and kept instead of deleted.

        :return: a subset of ``self``; empty by default, Odoo deletes them
        """
        return self.browse()

    def _merge_tail_archived(self, survivor):
        """Runs on records that were just merged into ``survivor`` and archived (superuser); by default nothing."""

    def _merge_tail_restored(self, survivor):
        """Runs on records whose merging into ``survivor`` was just undone (superuser); by default nothing."""
