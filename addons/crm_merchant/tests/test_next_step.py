from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .customer_common import CustomerCase
from .test_followup import NEXT, FollowupCase
from .test_pool_recycle import START


@tagged("post_install", "-at_install")
class TestNextStep(FollowupCase, CustomerCase, CronMixinCase):
    """What is held without a planned next step is named to its holder, once."""

    def remind(self, days=1):
        with freeze_time(START + timedelta(days=days)), self.enter_registry_test_mode():
            self.env.ref("crm_merchant.ir_cron_pool_warn").method_direct_trigger()
        self.env.invalidate_all()

    def told(self, record):
        kind = self.env.ref("crm_merchant.mail_activity_no_next_step")
        return record.sudo().activity_ids.filtered(lambda todo: todo.activity_type_id == kind)

    def test_off_as_shipped(self):
        lead = self.make_held()
        self.remind()
        self.assertFalse(self.told(lead))

    def test_told_once_and_one_message_for_all(self):
        self.pool.reminds_next = True
        leads, customer = self.make_held(2), self.make_held_customers()
        pooled = self.make_pooled()
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self.remind()
        self.remind(2)
        for record in (*leads, customer):
            self.assertEqual(self.told(record).user_id, self.rep)
            self.assertEqual(len(self.told(record)), 1)
        self.assertFalse(self.told(pooled))
        notes = self.env["mail.message"].search(
            [
                ("id", ">", before),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", self.rep.partner_id.ids),
            ]
        )
        self.assertEqual(len(notes), 2)  # one of leads, one of customers

    def test_who_planned_something_is_left_alone(self):
        self.pool.reminds_next = True
        noted, met, customer = self.make_held(), self.make_held(), self.make_held_customers()
        self.note(noted, next_step=NEXT[0], moment=START)
        for vals in ({"opportunity_id": met.id}, {"partner_ids": [(6, 0, customer.ids)]}):
            self.env["calendar.event"].create(
                {
                    "name": "Visit",
                    "start": START + timedelta(days=3),
                    "stop": START + timedelta(days=3, hours=1),
                    **vals,
                }
            )
        self.remind()
        for record in (noted, met, customer):
            self.assertFalse(self.told(record))
        # the meeting is over, and nothing follows
        self.remind(4)
        self.assertTrue(self.told(met))
        self.assertTrue(self.told(customer))
        # a follow-up that counts ends it
        self.note(met, moment=START + timedelta(days=4), content="总工程师出差，周三回来再谈夹具方案")
        self.assertFalse(self.told(met))
