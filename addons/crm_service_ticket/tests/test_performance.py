from odoo.tests import freeze_time, tagged

from .common import ServiceCase


@tagged("post_install", "-at_install")
class TestPerformance(ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.env["service.sla.policy"].with_context(active_test=False).search([])._switch(True)
        with freeze_time("2026-03-02 02:00:00"):
            cls.tickets = cls.env["service.ticket"].create(
                [
                    {"subject": f"t{number}", "partner_id": cls.portal.partner_id.id, "channel": "portal"}
                    for number in range(51)
                ]
            )

    def _cost(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def test_lists_cost_the_same_for_fifty(self):
        names = ["name", "subject", "priority", "state", "sla_text", "sla_breached", "user_id", "commercial_partner_id"]

        def cost(tickets):
            return self._cost(lambda: tickets.with_user(self.agent).read(names))

        cost(self.tickets[:1])
        one, many = cost(self.tickets[:1]), cost(self.tickets)
        self.assertLessEqual(many, one + 1, f"{one} queries for one, {many} for {len(self.tickets)}")

    def test_fifty_overdue_clocks(self):
        """Marking is one statement for all; what grows is the to-dos, which Odoo writes one by one."""
        rows = self.tickets.sla_status_ids.filtered(lambda row: row.kind == "response")
        self.team.leader_id = False
        self.tickets.user_id = False
        with freeze_time("2026-03-20 02:00:00"):
            one = self._cost(lambda: rows[:1]._sla_advance("breach"))
            many = self._cost(lambda: rows[1:]._sla_advance("breach"))
        self.assertEqual(set(rows.mapped("state")), {"breached"})
        self.assertLessEqual(many, one + 12, f"{one} queries for one, {many} for {len(rows) - 1}")

    def test_the_job_asks_the_index(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'service_sla_status_deadline_idx'")
        definition = self.env.cr.fetchone()[0]
        self.assertIn("(deadline)", definition)
        self.assertIn("WHERE", definition)
