from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .clock_common import ONE_DAY, ClockCase, at


@tagged("post_install", "-at_install")
class TestAbsence(ClockCase):
    """Monday 9 March 2026 off; a working day from Friday 16:00 would end on Monday."""

    def absence(self, user=None, by=None, **vals):
        user = user or self.rep
        return (
            self.env["crm.absence"]
            .with_user(by or user)
            .create(
                {
                    "name": "Leave",
                    "user_id": user.id,
                    "date_from": at("2026-03-09 00:00"),
                    "date_to": at("2026-03-09 23:59:59"),
                    **vals,
                }
            )
        )

    def stops(self, user=None):
        found = self.deadline(ONE_DAY, "2026-03-06 16:00", owners=[(user or self.rep).id])
        self.assertIn(found, (at("2026-03-09 16:00"), at("2026-03-10 16:00")))
        return found == at("2026-03-10 16:00")

    def test_it_counts_once_a_superior_confirmed(self):
        absence = self.absence()
        self.assertFalse(self.stops())
        todo = absence.sudo().activity_ids
        self.assertEqual(todo.user_id, self.boss)
        absence.with_user(self.boss).action_confirm()
        self.assertTrue(self.stops())
        self.assertFalse(self.stops(self.rep_2))
        self.assertFalse(absence.sudo().activity_ids)
        self.assertEqual(self.deadline(ONE_DAY, "2026-03-06 16:00"), at("2026-03-09 16:00"), "only his own clocks")
        pairs = [(at("2026-03-06 16:00"), at("2026-03-10 09:00"))]
        self.assertEqual(self.calendar._working_seconds(pairs), [10 * 3600])
        self.assertEqual(self.calendar._working_seconds(pairs, owners=self.rep.ids), [2 * 3600])
        absence.action_cancel()
        self.assertFalse(self.stops())

    @mute_logger("odoo.models")
    def test_wrong_people(self):
        absence = self.absence()
        for method in ("action_confirm", "action_refuse"):
            for user in (self.rep, self.rep_2, self.admin, self.users["finance_manager"]):
                with self.assertRaises(AccessError):
                    getattr(absence.with_user(user), method)()
        for user in (self.rep_2, self.users["hq_commerce"]):
            with self.assertRaises(AccessError):
                absence.with_user(user).action_cancel()
            with self.assertRaises(AccessError):
                absence.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            self.absence(user=self.rep_2, by=self.rep)
        self.absence(by=self.boss)
        own = self.absence(user=self.boss)
        with self.assertRaises(AccessError):
            own.with_user(self.boss).action_confirm()
        own.with_user(self.users["sales_director"]).action_confirm()

    @mute_logger("odoo.models")
    def test_the_state_has_one_door(self):
        absence = self.absence()
        for vals in (
            {"state": "confirmed"},
            {"decided_by_id": self.boss.id},
            {"approver_ids": [(6, 0, self.rep.ids)]},
        ):
            for user in (self.rep, self.boss, self.admin):
                with self.assertRaises(AccessError):
                    absence.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                self.absence(**vals)
        with self.assertRaises(UserError):
            absence.write({"user_id": self.rep_2.id})
        forced = absence.with_context(default_state="confirmed", merchant_door=True)
        self.assertEqual(
            forced.create({"name": "X", "date_from": at("2026-03-09"), "date_to": at("2026-03-10")}).state, "draft"
        )
        absence.with_user(self.boss).action_confirm()
        self.assertEqual(absence.copy().state, "draft")
        for user in (self.rep, self.boss):
            with self.assertRaises(UserError):
                absence.with_user(user).write({"date_to": at("2026-04-09 00:00")})
            with self.assertRaises(AccessError):
                absence.with_user(user).write({"name": "Y"})
            with self.assertRaises(AccessError):
                absence.with_user(user).unlink()
        with self.assertRaises(UserError):
            absence.with_user(self.boss).action_refuse()

    def test_without_superior_an_administrator_decides(self):
        top = self.users["general_manager"]
        absence = self.absence(user=top)
        self.assertEqual(absence.sudo().activity_ids.user_id.has_group("crm_merchant.group_suite_admin"), True)
        absence.with_user(self.admin).action_confirm()
        self.assertTrue(self.stops(top))

    def test_nobody_confirms_his_own(self):
        """Not even the administrator who has no superior and confirms for others without one."""
        self.admin.employee_ids.parent_id = False
        with self.assertRaises(AccessError):
            self.absence(user=self.admin).with_user(self.admin).action_confirm()

    # -- leaves of the resource ---------------------------------------------------------------------

    def leave(self, by, resource=None):
        resource = resource or self.rep.employee_ids.resource_id
        return (
            self.env["resource.calendar.leaves"]
            .with_user(by)
            .sudo()
            .create(
                {
                    "name": "Leave",
                    "resource_id": resource.id,
                    "calendar_id": self.calendar.id,
                    "date_from": at("2026-03-09 00:00"),
                    "date_to": at("2026-03-09 23:59:59"),
                }
            )
        )

    def test_a_leave_that_a_superior_validated(self):
        """What hr_holidays does when a manager validates: a leave of the resource under sudo, as the manager."""
        leave = self.leave(self.boss)
        self.assertTrue(self.stops())
        leave.with_user(self.rep).sudo(False).write({"date_to": at("2026-03-20 00:00")})
        self.assertFalse(self.stops(), "he touched it himself")

    def test_an_hr_officer_may_enter_it(self):
        officer = new_test_user(self.env, "clock_hr", "base.group_user,hr.group_hr_user")
        self.leave(officer)
        self.assertTrue(self.stops())

    def test_a_leave_of_ones_own_stops_nothing(self):
        self.leave(self.rep).sudo(False)
        self.assertFalse(self.stops())

    def test_a_colleague_cannot_lend_his_leave(self):
        lent = self.leave(self.rep_2, self.rep_2.employee_ids.resource_id).sudo(False)
        try:
            with mute_logger("odoo.models"):
                lent.write({"resource_id": self.rep.employee_ids.resource_id.id})
        except AccessError:
            return
        self.assertFalse(self.stops())
