import base64
import contextlib
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import TransactionCase

from odoo.addons.crm_merchant.demo.roles import build_roles

from ..models.finance_connection import FinanceConnection
from ..models.finance_outbox_worker import FinanceOutbox as Worker
from ..models.finance_receipt_poller import FinanceReceipt as Poller
from .fake_erp import FakeAdapter, FakeErp, Killed

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


class BridgeCase(TransactionCase):
    """A company with one connection that is on, talking to a far side in memory.

    A worker's commit is a savepoint here: what it has not committed when it is killed is gone.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "no_reset_password": True})
        cls.startClassPatcher(patch.dict("os.environ", {"CRM_FINANCE_KEY": KEY, "CRM_FINANCE_ONPREM_CIDR": ""}))
        cls.company = cls.env.company
        cls.users = build_roles(cls.env, ["finance_manager", "finance_clerk", "sales_rep", "suite_admin"])
        cls.clerk = cls.users["finance_clerk"]
        cls.manager = cls.users["finance_manager"]
        cls.rep = cls.users["sales_rep"]
        cls.journal = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "bank")], limit=1
        )
        cls.connection = cls.env["finance.connection"].create(
            {
                "name": "Kingdee of the test",
                "base_url": "https://erp.example.com/k3cloud/",
                "account_set": "5f0000000000",
                "user_name": "crm",
                "app_id": "200000_test",
                "organisation": "100",
                "default_material": "M001",
                "default_unit": "Pcs",
                # the worker of one row, where a test does not say otherwise
                "batch_size": 1,
                "responsible_id": cls.clerk.id,
                "receipt_journal_id": cls.journal.id,
            }
        )
        cls.connection._switch("on")
        cls.product = cls.env["product.product"].create({"name": "Gearbox", "type": "consu"})
        cls.partner = cls.env["res.partner"].create(
            {"name": "苏州华芯机械有限公司", "is_company": True, "user_id": cls.rep.id}
        )
        cls.outbox = cls.env["finance.outbox"]

    def setUp(self):
        super().setUp()
        self.erp = FakeErp()
        self.later = timedelta()
        self.startPatcher(patch.object(FinanceConnection, "_adapter", lambda _self: FakeAdapter(self.erp)))

    # -- builders ---------------------------------------------------------------------------

    def invoice(self, amount=1000.0, partner=None, count=1, post=True, **vals):
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": (partner or self.partner).id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [
                        Command.create({"product_id": self.product.id, "quantity": 2, "price_unit": amount / 2})
                    ],
                    **vals,
                }
                for _number in range(count)
            ]
        )
        if post:
            moves.action_post()
        return moves

    def row(self, record):
        """The row that made this record over there."""
        return self.rows(record).filtered(lambda row: row.operation != "customer_update")

    def rows(self, record):
        return self.outbox.search([("res_model", "=", record._name), ("res_id", "=", record.id)])

    # -- the worker -------------------------------------------------------------------------

    @contextlib.contextmanager
    def worker(self):
        """Runs what is inside as a worker whose commits are savepoints of the test."""
        case = self
        held = {"token": 0}

        def commit(_records, *_args, **_kw):
            case.env.flush_all()
            case.env.cr.execute("RELEASE SAVEPOINT worker")
            case.env.cr.execute("SAVEPOINT worker")
            case.env.invalidate_all()
            return 9.0

        def rollback(_records=None):
            case.env.cr.execute("ROLLBACK TO SAVEPOINT worker")
            case.env.invalidate_all(flush=False)

        @contextlib.contextmanager
        def hold(_records):
            held["token"] += 1
            yield str(case.token_base + held["token"])

        case.token_base = getattr(case, "token_base", 0) + 100
        case.env.flush_all()
        case.env.cr.execute("SAVEPOINT worker")
        with (
            patch.object(Worker, "_outbox_commit", commit, create=True),
            patch.object(Worker, "_outbox_rollback", rollback, create=True),
            patch.object(Worker, "_outbox_hold", hold, create=True),
            patch.object(Worker, "_outbox_alone", lambda _r: None, create=True),
            patch.object(Worker, "_progress", commit),
            patch.object(Worker, "_outbox_now", lambda _r: fields.Datetime.now() + case.later, create=True),
            patch.object(Worker, "_outbox_random", lambda _r: 0.5, create=True),
            patch.object(Poller, "_poll_commit", commit),
            patch.object(Poller, "_poll_rollback", rollback),
        ):
            try:
                yield
            except Killed:
                rollback()
            finally:
                case.env.cr.execute("RELEASE SAVEPOINT worker")
        case.env.invalidate_all()

    def deliver(self, later=None):
        """One run of the cron, ``later`` seconds after the run before."""
        self.later += timedelta(seconds=later or 0)
        with self.worker():
            self.outbox._cron_deliver()

    def poll(self):
        with self.worker():
            self.env["finance.receipt"]._cron_poll()

    def payment(self, **vals):
        """A posted receipt that was entered here."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": 250,
                "journal_id": self.journal.id,
                **vals,
            }
        )
        payment.action_post()
        return payment

    def assertExactlyOnce(self, record):
        """One document over there, whatever happened on the way."""
        row = self.row(record)
        self.assertEqual(row.state, "done", row.last_error)
        documents = self.erp.with_number(row.number)
        self.assertEqual(len(documents), 1)
        self.assertEqual(documents[0]["status"], "C")
        binding = self.env["finance.binding"].search([("res_model", "=", record._name), ("res_id", "=", record.id)])
        self.assertEqual((binding.number, binding.remote_id), (row.number, documents[0]["id"]))
