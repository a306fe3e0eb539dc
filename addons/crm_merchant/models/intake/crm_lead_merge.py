from odoo import models


class CrmLead(models.Model):
    """Merging without losing history, overridden here and nowhere else."""

    _inherit = "crm.lead"

    def _merge_opportunity(self, user_id=False, team_id=False, auto_unlink=True, max_length=5):
        """As in Odoo, but tails that ``_merge_keeps_tail`` names are archived, point to the survivor and can be split
        off again, whoever merges: Odoo's public ``merge_opportunity`` deletes under superuser rights."""
        if len(self.ids) <= 1:
            return super()._merge_opportunity(user_id, team_id, auto_unlink, max_length)
        ordered = self._sort_by_confidence_level(reverse=True)
        head, tail = ordered[0], ordered[1:]
        kept = tail.sudo()._merge_keeps_tail() if auto_unlink else tail.sudo().browse()
        undo = self._merge_note_before(head, kept)
        survivor = super()._merge_opportunity(user_id, team_id, False, max_length)
        if auto_unlink:
            (tail - kept.with_env(tail.env)).sudo().unlink()
        kept._merge_archive(survivor, undo)
        return survivor

    def _merge_and_keep(self):
        """Merges and keeps every tail, so that the merging can be undone.

        :return: the survivor
        """
        ordered = self._sort_by_confidence_level(reverse=True)
        kept = ordered[1:].sudo()
        undo = self._merge_note_before(ordered[0], kept)
        survivor = self._merge_opportunity(auto_unlink=False, max_length=0)
        kept._merge_archive(survivor, undo)
        return survivor

    def _merge_note_before(self, head, kept):
        """Rows of ``crm.merge.undo`` of the tails to keep, taken before anything moves."""
        Undo = self.env["crm.merge.undo"].sudo()
        return Undo.create([Undo._prepare_undo_vals(head.sudo(), tail) for tail in kept]) if kept else Undo

    def _merge_archive(self, survivor, undo):
        if not self:
            return
        door = self.sudo()._through_door("merged_into_id").with_context(mail_notrack=True)
        # the leads that were merged into these before follow them, so that one step leads to the survivor
        earlier = door.with_context(active_test=False).search([("merged_into_id", "in", self.ids)])
        earlier.write({"merged_into_id": survivor.id})
        door.write({"active": False, "merged_into_id": survivor.id})
        undo._note_after(survivor.sudo())
        bodies = {
            lead.id: self.env._("Merged into %(name)s (%(number)s).", name=survivor.display_name, number=survivor.id)
            for lead in self
        }
        self.sudo()._message_log_batch(bodies=bodies)
        self.sudo()._merge_tail_archived(survivor.sudo())

    def _merge_restore(self, survivor):
        """Door of the way back: a kept tail is a lead again."""
        self.sudo()._through_door("merged_into_id").write({"active": True, "merged_into_id": False})
        self.sudo()._merge_tail_restored(survivor.sudo())

    def _merge_survivors(self):
        """Lead id -> id of the lead it finally went into (its own if never merged); for leads in any state."""
        found = {lead.id: lead.merged_into_id.id or lead.id for lead in self.sudo()}
        while True:
            targets = self.sudo().browse(set(found.values()) - found.keys())
            further = {lead.id: lead.merged_into_id.id for lead in targets if lead.merged_into_id}
            if not further:
                return found
            found = {lead_id: further.get(target, target) for lead_id, target in found.items()}

    def _merge_undo_fields(self):
        """Fields of the survivor that undoing gives back where nobody has changed them since; never the owner, whom
        only the pool's door changes."""
        names = {name for name in self._merge_get_fields() if name in self._fields}
        names -= {"user_id", "team_id", "company_id", "create_date", "stage_id", "type"}
        return sorted(name for name in names if self._fields[name].store)

    def _import_mark(self, vals_list):
        """Creates imported leads: the only door of ``import_line_id``."""
        quiet = {
            "tracking_disable": True,
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            "mail_notrack": True,
            "mail_auto_subscribe_no_notify": True,
        }
        leads = (
            self._through_door("import_line_id", "intake_channel_id").with_context(**quiet)._import_create(vals_list)
        )
        return leads.with_env(self.env)

    def _import_fill(self, vals, *, overwrite=False):
        """Fills empty fields of one lead from a row merged into it.

        :param overwrite: write over what is there too
        :return: dict of field -> [before, after] of what changed, in a form JSON can hold
        """
        self.ensure_one()
        before = self._read_format(list(vals), load=None)[0]
        changed = {
            name: value
            for name, value in vals.items()
            if value and value != before[name] and (overwrite or not before[name])
        }
        if changed:
            self.with_context(mail_notrack=not overwrite).write(changed)
        after = self._read_format(list(changed), load=None)[0]
        return {name: [before[name], after[name]] for name in changed}

    def _import_unfill(self, filled):
        """Takes back what :meth:`_import_fill` changed, where nobody has changed it since."""
        for lead in self.exists():
            now = lead._read_format(list(filled), load=None)[0]
            lead.write({name: before for name, (before, after) in filled.items() if now[name] == after})
