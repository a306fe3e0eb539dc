from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

DECIDERS = (
    "crm_merchant.group_sales_supervisor",
    "crm_merchant.group_region_manager",
    "crm_merchant.group_hq_commerce",
    "crm_merchant.group_sales_director",
    "crm_merchant.group_suite_admin",
)


class MergeUndo(models.Model):
    """What moved when one lead was merged into another, so that it can be split off again.

    Ids without foreign keys: what has been deleted since is simply not moved back.
    """

    _name = "crm.merge.undo"
    _description = "Merged Lead"
    _order = "id desc"
    _rec_name = "tail_name"

    company_id = fields.Many2one("res.company", index=True, readonly=True)
    survivor_id = fields.Many2one("crm.lead", ondelete="cascade", index=True, readonly=True)
    tail_id = fields.Many2one("crm.lead", "Merged Lead", ondelete="cascade", index=True, readonly=True)
    tail_name = fields.Char("Name at the Time", readonly=True)
    moved = fields.Json(readonly=True, help="Model -> id -> what it was called before")
    survivor_before = fields.Json(readonly=True)
    survivor_after = fields.Json(readonly=True)
    state = fields.Selection(
        [("merged", "Merged"), ("undone", "Undone")], default="merged", required=True, readonly=True
    )
    undone_by_id = fields.Many2one("res.users", readonly=True)
    undone_at = fields.Datetime(readonly=True)

    # -- taken at merging -------------------------------------------------------------------------

    @api.model
    def _prepare_undo_vals(self, head, tail):
        """Values of the row for one tail, before anything moves (superuser)."""
        return {
            "company_id": (tail.company_id or self.env.company).id,
            "survivor_id": head.id,
            "tail_id": tail.id,
            "tail_name": tail.display_name,
            "moved": self._prepare_moved(tail),
            "survivor_before": self._snapshot(head),
        }

    @api.model
    def _prepare_moved(self, tail):
        """What hangs on the tail and will move: model -> id -> the text that merging changes."""
        env = self.env
        on_tail = [("res_id", "=", tail.id)]
        messages = env["mail.message"].search([("model", "=", "crm.lead"), *on_tail])
        activities = (
            env["mail.activity"].with_context(active_test=False).search([("res_model", "=", "crm.lead"), *on_tail])
        )
        attachments = env["ir.attachment"].search([("res_model", "=", "crm.lead"), *on_tail])
        events = env["calendar.event"].with_context(active_test=False).search([("opportunity_id", "=", tail.id)])
        followers = env["mail.followers"].search([("res_model", "=", "crm.lead"), *on_tail])
        followups = env["crm.followup"].search([("lead_id", "=", tail.id)])
        return {
            "mail.message": {message.id: message.subject or "" for message in messages},
            "mail.activity": dict.fromkeys(activities.ids, ""),
            "ir.attachment": {attachment.id: attachment.name for attachment in attachments},
            "calendar.event": dict.fromkeys(events.ids, ""),
            "mail.followers": dict.fromkeys(followers.ids, ""),
            "crm.followup": dict.fromkeys(followups.ids, ""),
        }

    @api.model
    def _snapshot(self, lead):
        """Values of the fields that merging may change, in a form JSON can hold."""
        result = {}
        for name in lead._merge_undo_fields():
            field, value = lead._fields[name], lead[name]
            if field.type == "many2many":
                result[name] = sorted(value.ids)
            elif field.type == "many2one":
                result[name] = value.id
            elif field.type in ("date", "datetime"):
                result[name] = field.to_string(value) or False
            elif field.type in ("char", "text", "html", "selection"):
                result[name] = str(value) if value else False
            elif field.type in ("integer", "float", "monetary", "boolean"):
                result[name] = value
        return result

    def _note_after(self, survivor):
        if self:
            self.write({"survivor_id": survivor.id, "survivor_after": self._snapshot(survivor)})

    # -- the way back -------------------------------------------------------------------------------

    def action_undo(self):
        """Splits the merged lead off again: its messages, to-dos, attachments and meetings go back to it, and the
        survivor's fields where nobody has changed them since. Owners stay as they are.

        :raises AccessError: for anyone but superiors who may change the survivor
        """
        if not any(self.env.user.has_group(group) for group in DECIDERS):
            raise AccessError(self.env._("Only a supervisor or somebody above can undo a merge."))
        self.check_access("read")
        for undo in self:
            sudo = undo.sudo()
            sudo.survivor_id.with_env(self.env).check_access("write")
            if sudo.state != "merged" or sudo.tail_id.merged_into_id != sudo.survivor_id:
                raise UserError(self.env._("“%(name)s” is not merged any more.", name=sudo.tail_name))
            later = sudo.search(
                [("survivor_id", "=", sudo.survivor_id.id), ("state", "=", "merged"), ("id", ">", sudo.id)]
            )
            if later - self.sudo():
                raise UserError(
                    self.env._("Undo the later merge of “%(name)s” into the same lead first.", name=later[0].tail_name)
                )
        for undo in self.sudo().sorted("id", reverse=True):
            undo._move_back()
            undo._restore_survivor()
            undo.tail_id._merge_restore(undo.survivor_id)
            undo.write({"state": "undone", "undone_by_id": self.env.uid, "undone_at": fields.Datetime.now()})
            texts = {
                undo.survivor_id.id: self.env._("The merge with “%(name)s” was undone.", name=undo.tail_name),
                undo.tail_id.id: self.env._("Split off again from “%(name)s”.", name=undo.survivor_id.display_name),
            }
            undo.survivor_id.browse(texts)._message_log_batch(bodies=texts)
        return True

    def _move_back(self):
        """Moves what still hangs on the survivor back to the tail, under its old name."""
        self.ensure_one()
        targets = {
            "mail.message": ("res_id", "subject"),
            "mail.activity": ("res_id", None),
            "ir.attachment": ("res_id", "name"),
            "calendar.event": ("opportunity_id", None),
            "mail.followers": ("res_id", None),
            "crm.followup": ("lead_id", None),
        }
        for model, (link, text_field) in targets.items():
            olds = {int(res_id): text for res_id, text in (self.moved or {}).get(model, {}).items()}
            records = self.env[model].with_context(active_test=False).browse(olds).exists()
            groups = defaultdict(list)
            for record in records:
                holder = record[link] if link == "res_id" else record[link].id
                if holder == self.survivor_id.id:
                    groups[olds[record.id]].append(record.id)
            for text, ids in groups.items():
                vals = {link: self.tail_id.id}
                if model == "calendar.event":
                    vals["res_id"] = self.tail_id.id
                if text_field:
                    vals[text_field] = text
                records.browse(ids).write(vals)

    def _restore_survivor(self):
        """Gives back the survivor's fields that still hold what the merge wrote."""
        self.ensure_one()
        now, before, after = self._snapshot(self.survivor_id), self.survivor_before or {}, self.survivor_after or {}
        vals = {}
        for name, value in before.items():
            if after.get(name) != value and now.get(name) == after.get(name) and name in now:
                is_many = self.survivor_id._fields[name].type == "many2many"
                vals[name] = [fields.Command.set(value)] if is_many else value
        if vals:
            self.survivor_id.with_context(mail_notrack=True).write(vals)
