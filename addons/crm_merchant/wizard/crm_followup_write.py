from datetime import timedelta

from odoo import api, fields, models

from ..models.followup.crm_followup import KINDS


class CrmFollowupWrite(models.TransientModel):
    """写跟进: a few fields, twenty seconds on a phone. The record's own method checks who may."""

    _name = "crm.followup.write"
    _description = "Write a Follow-up"

    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    followup_id = fields.Many2one("crm.followup", "Corrects", readonly=True)
    kind = fields.Selection(KINDS, "Way", required=True, default="call")
    content = fields.Text("What Was Said and Agreed")
    stage_id = fields.Many2one(
        "crm.stage",
        domain="[('is_won', '=', False), '|', ('team_ids', '=', False), ('team_ids', 'in', team_id)]",
    )
    team_id = fields.Many2one("crm.team", compute="_compute_team_id")
    has_stage = fields.Boolean(compute="_compute_team_id")
    next_step = fields.Char()
    next_date = fields.Date("On", default=lambda self: self._default_next_date())

    def _default_next_date(self):
        return fields.Date.context_today(self) + timedelta(days=3)

    @api.depends("res_model", "res_id", "followup_id")
    def _compute_team_id(self):
        for wizard in self:
            lead = wizard._opportunity()
            wizard.team_id = lead.team_id
            wizard.has_stage = bool(lead) and not wizard.followup_id

    def _opportunity(self):
        """The opportunity that this is about, if it is one and still open; as the user himself."""
        leads = self.env["crm.lead"]
        lead = leads.browse(self.res_id).exists() if self.res_model == "crm.lead" and self.res_id else leads
        return lead.filtered(lambda lead: lead.type == "opportunity" and lead.won_status == "pending")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        if context.get("active_model") == "crm.followup":
            followup = self.env["crm.followup"].browse(context.get("active_id"))
            record = followup._record()
            return {
                **values,
                "res_model": record._name,
                "res_id": record.id,
                "followup_id": followup.id,
                "kind": followup.kind,
                "content": followup.content,
                "next_step": followup.next_step,
                "next_date": followup.next_date,
            }
        values |= {"res_model": context.get("active_model"), "res_id": context.get("active_id")}
        return {**values, "stage_id": self.new(values)._opportunity().stage_id.id}

    def action_save(self):
        """Writes the follow-up and tells whether it counts."""
        self.ensure_one()
        values = (self.content, self.next_step or "", self.next_date)
        if self.followup_id:
            self.followup_id.action_correct(*values)
            answer = self.followup_id._record()._followup_answer(self.followup_id)
        else:
            records = self.env["crm.pool"]._pool_record(self.res_model, self.res_id)
            answer = records.action_followup_write(self.kind, *values)
            if self.has_stage and self.stage_id and self.stage_id != records.stage_id:
                records.write({"stage_id": self.stage_id.id})
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if answer["is_effective"] else "warning",
                "title": self.env._("Follow-up counts")
                if answer["is_effective"]
                else self.env._("Saved, but does not count"),
                "message": answer["reason"],
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
