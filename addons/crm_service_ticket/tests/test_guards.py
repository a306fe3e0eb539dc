from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ServiceCase


@tagged("post_install", "-at_install")
class TestGuards(ServiceCase):
    """The state of a ticket and what is known with it move only through their doors, whoever writes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._ticket()
        moment = datetime(2020, 1, 1)
        cls.guarded = {
            "name": "GD1", "state": "closed", "solution": "x", "opened_at": moment, "solved_at": moment,
            "responded_at": moment, "closed_at": moment, "reopen_until": datetime(2099, 1, 1), "reopen_count": 5,
        }  # fmt: skip

    def test_every_guarded_field_is_tried(self):
        own = self.ticket._guarded_fields()
        self.assertEqual(set(self.guarded), own)

    def test_write(self):
        for user in (self.agent, self.lead, self.users["suite_admin"], self.env.ref("base.user_root")):
            for name, value in self.guarded.items():
                with self.subTest(user=user.login, field=name), self.assertRaises(AccessError):
                    self.ticket.with_user(user).sudo().write({name: value})

    def test_create(self):
        for name, value in self.guarded.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.ticket.with_user(self.agent).create({"subject": "x", name: value})

    def test_context_is_no_leave(self):
        doors = {"merchant_door": True, "skip": True, "_through_door": ["state"]}
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.agent).with_context(**doors).write({"state": "closed"})
        defaults = {f"default_{name}": value for name, value in self.guarded.items()}
        made = self.ticket.with_user(self.agent).with_context(**defaults).create({"subject": "x", "channel": "mail"})
        for name, value in self.guarded.items():
            self.assertNotEqual(made[name], value, name)

    def test_copy(self):
        ticket = self._solved()
        copied = ticket.with_user(self.agent).copy()
        self.assertNotEqual(copied.name, ticket.name)
        self.assertEqual(copied.state, "assigned")
        for name in ("solution", "solved_at", "closed_at", "reopen_until", "reopen_count"):
            self.assertFalse(copied[name], name)

    def test_import(self):
        result = self.env["service.ticket"].with_user(self.agent).load(["subject", "state"], [["x", "closed"]])
        self.assertTrue(result["messages"])
        self.assertFalse(result["ids"])

    def test_from_its_neighbours(self):
        commands = [Command.update(self.ticket.id, {"state": "closed"})]
        with self.assertRaises(AccessError):
            self.asset.with_user(self.agent).write({"ticket_ids": commands})
        rows = [Command.create({"kind": "solve", "state": "met"})]
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.agent).write({"sla_status_ids": rows})
