from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from .resource_calendar import whole_minutes


class ResUsers(models.Model):
    """The one override of ``create`` and ``write`` of users, see ``watch_mixin``, and what all addons ask of people."""

    _name = "res.users"
    _inherit = ["res.users", "crm.watch.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        records = self._guard_defaults()
        return records._watched_create(super(ResUsers, records).create, vals_list).with_env(self.env)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)

    def _merchant_superiors(self):
        """Chain of superiors of one user, the nearest first, himself never among them.

        Read under sudo because plain users cannot read ``hr.employee``. Who has no manager on his employee card gets
        the leader of his sales team. A circle in the cards ends the chain.
        """
        self.ensure_one()
        chain = self.browse()
        employee = self.sudo().employee_ids[:1]
        employee._merchant_fetch_superiors()
        seen = employee
        while employee.parent_id and employee.parent_id not in seen:
            employee = employee.parent_id
            seen |= employee
            if employee.user_id and employee.user_id != self:
                chain |= employee.user_id.with_env(self.env)
        if not chain:
            leader = self.sudo().sale_team_id.user_id
            if leader and leader != self:
                chain = leader.with_env(self.env)
        return chain

    def _merchant_people(self):
        """Those in whose chain of superiors this user stands, whatever he may read of them."""
        self.ensure_one()
        user = self.sudo()
        below = user.employee_ids.search([("id", "child_of", user.employee_ids.ids)]).user_id
        led = user.search([("sale_team_id.user_id", "=", user.id)])
        return (below | led).filtered(lambda person: user in person._merchant_superiors()).with_env(self.env)

    def _merchant_absence_intervals(self, since):
        """Times away that stop these people's pool countdown and follow-up clocks, approved by someone else.

        Confirmed ``crm.absence``, and leaves of their resource that a superior or an HR officer entered and nobody else
        touched: what `hr_holidays` writes when such a person validates a request. Everyone may write leaves of his own
        resource, and move his own onto somebody else's; those stop nothing. Another source extends this method.

        :param since: naive UTC; absences that ended before are left out
        :return: dict of user id -> list of ``(from, to)`` in naive UTC, without those who are never absent
        """
        found = defaultdict(list)
        absences = self.env["crm.absence"].sudo()
        leaves = self.env["resource.calendar.leaves"].sudo()
        for model, names in (
            (absences, ["user_id", "date_from", "date_to", "state"]),
            (leaves, ["resource_id", "date_from", "date_to", "time_type"]),
            (leaves.resource_id, ["user_id"]),
        ):
            model.flush_model(names)
        # both in one query, since every signature asks and hardly anybody is away
        rows = self.env.execute_query(
            SQL(
                """
                SELECT user_id, date_from, date_to, NULL FROM crm_absence
                 WHERE user_id = ANY(%(users)s) AND state = 'confirmed' AND date_to > %(since)s
                UNION ALL
                SELECT r.user_id, l.date_from, l.date_to, l.id
                  FROM resource_calendar_leaves l JOIN resource_resource r ON r.id = l.resource_id
                 WHERE r.user_id = ANY(%(users)s) AND l.time_type = 'leave' AND l.date_to > %(since)s
                """,
                users=self.ids,
                since=since,
            )
        )
        for user_id, start, end, leave_id in rows:
            if not leave_id or self.browse(user_id)._merchant_leave_is_approved(leaves.browse(leave_id)):
                found[user_id].append(whole_minutes(start, end))
        return dict(found)

    def _merchant_leave_is_approved(self, leave):
        """Whether only superiors of this user or HR officers made and changed a leave of his."""
        self.ensure_one()
        writers = leave.create_uid | leave.write_uid
        if not leave.create_uid or self in writers:
            return False
        others = writers - self._merchant_superiors()
        return all(writer.has_group("hr.group_hr_user") for writer in others)

    def _merchant_absent(self, moment):
        """Those of these users who are away at that moment and get nothing assigned.

        :param moment: naive UTC
        """
        absences = self._merchant_absence_intervals(moment)
        return self.filtered(lambda user: any(start <= moment < end for start, end in absences.get(user.id, ())))

    def _merchant_deputies(self, moment):
        """Whom the confirmed absences of these users at that moment name as their deputies.

        :param moment: naive UTC
        :return: dict of user -> deputy (superuser)
        """
        absences = (
            self.env["crm.absence"]
            .sudo()
            .search(
                [
                    ("user_id", "in", self.ids), ("state", "=", "confirmed"), ("deputy_id.active", "=", True),
                    ("date_from", "<=", moment), ("date_to", ">", moment),
                ],
                order="date_from desc, id desc",
            )
        )  # fmt: skip
        return {absence.user_id: absence.deputy_id for absence in reversed(absences)}

    def _merchant_handover_items(self):
        """What is in this person's hands and must go to another when he leaves or hands over.

        :return: dict of kind (a stable code) -> recordset of any model, read under sudo; the caller asks first
            whether somebody may hand over for him
        """
        self.ensure_one()
        return {}
