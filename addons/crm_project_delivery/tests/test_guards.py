from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import DeliveryCase

ATTACKERS = ["sales_rep", "sales_supervisor", "hq_commerce", "finance_clerk", "finance_manager", "project_manager"]
# AccessError is one of them
REFUSED = UserError


@tagged("post_install", "-at_install")
class TestGuards(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract()
        cls.draft = cls._contract(signed=False)
        cls.deposit = cls.contract.plan_line_ids[0]

    def test_contract_columns(self):
        vals_list = [
            {"state": "completed"}, {"amount_total": 1}, {"user_id": self.users["sales_rep_2"].id},
            {"date_sign": "2020-01-01"}, {"completed_at": "2020-01-01"}, {"project_id": False},
            {"order_id": self.draft.order_id.id},
            {"company_id": self.company.id}, {"approval_state": "approved"}, {"name": "HT1"},
        ]  # fmt: skip
        for role in [*ATTACKERS, None]:
            for vals in vals_list:
                contract = self.contract.with_user(self.users[role]) if role else self.contract.sudo()
                with self.subTest(role=role, vals=vals), self.assertRaises(AccessError), self.env.cr.savepoint():
                    contract.with_context(merchant_door=True, tracking_disable=True).write(vals)

    def test_contract_is_made_only_from_its_order(self):
        vals = self.draft.order_id._prepare_contract_vals()
        vals.pop("plan_line_ids")
        model = self.env["crm.contract"]
        for role in [*ATTACKERS, None]:
            records = model.with_user(self.users[role]) if role else model.sudo()
            with self.subTest(role=role), self.assertRaises(AccessError), self.env.cr.savepoint():
                records.create([vals])
            with self.subTest(role=role), self.assertRaises(AccessError), self.env.cr.savepoint():
                records.with_context(**{f"default_{key}": value for key, value in vals.items()}).create([{}])
            with self.subTest(role=role), self.assertRaises(REFUSED), self.env.cr.savepoint():
                self.contract.with_env(records.env).copy()
            with self.subTest(role=role), self.assertRaises(REFUSED), self.env.cr.savepoint():
                self.contract.with_env(records.env).unlink()

    def test_signed_terms_stand(self):
        for vals in [
            {"note": "x"},
            {"customer_signer": "x"},
            {"plan_line_ids": [Command.update(self.deposit.id, {"percent": 50})]},
            {"plan_line_ids": [Command.delete(self.deposit.id)]},
            {"plan_line_ids": [Command.create({"name": "x", "percent": 1})]},
        ]:
            with self.subTest(vals=vals), self.assertRaises(REFUSED), self.env.cr.savepoint():
                self.contract.with_user(self.rep).write(vals)
        # what people may still do
        self.contract.with_user(self.commerce).manager_id = self.users["project_manager"]

    def test_plan_columns(self):
        move = self.env["account.move"].search([("move_type", "=", "out_invoice")], limit=1)
        vals_list = [
            {"state": "paid"}, {"paid_amount": 38400}, {"invoiced_amount": 1}, {"amount": 1}, {"due_date": False},
            {"opened_on": "2020-01-01"}, {"move_ids": [Command.clear()]}, {"invoice_id": move.id},
            {"milestone_id": False}, {"percent": 1}, {"contract_id": self.draft.id}, {"trigger": "date"},
            {"name": "x"}, {"sequence": 5}, {"company_id": self.company.id},
        ]  # fmt: skip
        for role in [*ATTACKERS, None]:
            line = self.deposit.with_user(self.users[role]) if role else self.deposit.sudo()
            for vals in vals_list:
                with self.subTest(role=role, vals=vals), self.assertRaises(REFUSED), self.env.cr.savepoint():
                    line.write(vals)
            with self.subTest(role=role), self.assertRaises(REFUSED), self.env.cr.savepoint():
                line.unlink()
        self.assertEqual(self.deposit.amount, 38400)

    def test_plan_rows_cannot_be_made_with_facts(self):
        base = {"contract_id": self.draft.id, "name": "x", "percent": 1, "kind": "progress", "trigger": "signing"}
        lines = self.env["crm.payment.plan.line"].with_user(self.rep)
        for facts in ({"amount": 5}, {"state": "paid"}, {"paid_amount": 5}, {"opened_on": "2020-01-01"}):
            with self.subTest(facts=facts), self.assertRaises(AccessError), self.env.cr.savepoint():
                lines.create([{**base, **facts}])
            with self.subTest(facts=facts), self.assertRaises(AccessError), self.env.cr.savepoint():
                self.draft.with_user(self.rep).write({"plan_line_ids": [Command.create({**base, **facts})]})
            line = lines.with_context(**{f"default_{name}": value for name, value in facts.items()}).create([base])
            for name, value in facts.items():
                self.assertNotEqual(line[name], value)
            line.unlink()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            lines.create([{**base, "contract_id": self.contract.id}])
        result = lines.load(["contract_id/.id", "name", "percent", "paid_amount"], [[self.draft.id, "x", "1", "99"]])
        self.assertFalse(result["ids"])

    def test_draft_of_another_rep_is_closed(self):
        lines = self.env["crm.payment.plan.line"].with_user(self.users["sales_rep_2"])
        with self.assertRaises(AccessError):
            lines.create([{"contract_id": self.draft.id, "name": "x", "percent": 1}])
        with self.assertRaises(AccessError):
            self.draft.plan_line_ids.with_env(lines.env).write({"percent": 1})

    def test_request_is_written_by_buttons_only(self):
        self.deposit.with_user(self.rep).action_request_invoice()
        request = self.env["crm.invoice.request"].search([("plan_line_id", "=", self.deposit.id)])
        for role in ATTACKERS:
            record = request.with_user(self.users[role])
            with self.subTest(role=role), self.assertRaises(AccessError):
                record.write({"state": "issued"})
            with self.subTest(role=role), self.assertRaises(AccessError):
                record.unlink()
            with self.subTest(role=role), self.assertRaises(AccessError):
                record.create({"plan_line_id": self.deposit.id, "user_id": self.env.uid, "company_id": 1})

    def test_payment_claim_columns(self):
        payment = self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "amount": 1, "partner_id": self.customer.id}
        )
        for vals in ({"claim_state": "claimed"}, {"plan_line_id": self.deposit.id}):
            for role in ("finance_clerk", None):
                record = payment.with_user(self.users[role]) if role else payment.sudo()
                with self.subTest(role=role, vals=vals), self.assertRaises(AccessError):
                    record.write(vals)
                with self.subTest(role=role, vals=vals), self.assertRaises(AccessError):
                    record.create({"payment_type": "inbound", "amount": 1, **vals})
