from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What a customer leaves behind when he goes into a pool, on himself and on his contacts."""

    _inherit = "res.partner"

    def _pool_leave_owner(self, owners):
        """To-dos and future meetings of the former holder; those of contacts stand in the ledger of their company."""
        contacts = (
            self.sudo()
            .with_context(active_test=False)
            .search(Domain("commercial_partner_id", "in", self.ids) & Domain("id", "not in", self.ids))
        )
        former = {contact.id: owners[contact.commercial_partner_id.id] for contact in contacts}
        # whom a colleague looks after stays his
        followed = contacts.filtered(lambda contact: contact.user_id in (former[contact.id], contact.user_id.browse()))
        owners = {**owners, **former}
        gone = super(ResPartner, self | followed)._pool_leave_owner(owners)
        met = (self | contacts)._pool_leave_meetings(owners)
        dropped = {}
        for partner in self | contacts:
            lines = filter(None, (gone.get(partner.id), met.get(partner.id)))
            dropped.setdefault(partner.commercial_partner_id.id, []).extend(lines)
        return {partner_id: "\n".join(lines) for partner_id, lines in dropped.items() if lines}

    def _pool_leave_meetings(self, owners):
        """Future meetings stay with the former holder who called them, without the customer; nobody is written to.

        :param owners: dict of partner id -> former holder
        :return: dict of partner id -> those meetings in words; each once
        """
        about = Domain("partner_ids", "in", self.ids) | (
            Domain("res_model", "=", self._name) & Domain("res_id", "in", self.ids)
        )
        holders = {user.id for user in owners.values() if user}
        meetings = self.env["calendar.event"].sudo()
        lines = defaultdict(list)
        for meeting in meetings.search(
            about & Domain("start", ">", fields.Datetime.now()) & Domain("user_id", "in", list(holders)), order="start"
        ):
            present = meeting.partner_ids & self
            if meeting.res_model == self._name:
                present |= self.browse(meeting.res_id) & self
            present = present.filtered(lambda partner, meeting=meeting: owners.get(partner.id) == meeting.user_id)
            if not present:
                continue
            lines[present[0].id].append(self._pool_dropped_meeting(meeting))
            vals = {"partner_ids": [fields.Command.unlink(partner.id) for partner in present & meeting.partner_ids]}
            if meeting.res_model == self._name and meeting.res_id in present._ids:
                vals |= {"res_id": False, "res_model_id": False}
            meeting.with_context(skip_attendee_notification=True, dont_notify=True).write(vals)
        return self._pool_dropped(lines)
