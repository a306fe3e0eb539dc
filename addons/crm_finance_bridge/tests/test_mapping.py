from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..clients.results import RemoteCode
from .common import BridgeCase
from .fake_erp import FakeAdapter


@tagged("post_install", "-at_install")
class TestMapping(BridgeCase):
    def vals(self, number="01.01.0600"):
        return {
            "connection_id": self.connection.id,
            "kind": "product",
            "product_id": self.product.id,
            "number": number,
        }

    def test_clerk_enters_one(self):
        """It counts from the moment it is entered, and there is one a product."""
        mapping = self.env["finance.mapping"].with_user(self.clerk).create(self.vals())
        self.assertEqual(mapping.key, f"product.product,{self.product.id}")
        tables = self.env["finance.mapping"]._tables(self.connection)
        self.assertEqual(tables["product"][mapping.key], "01.01.0600")
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            mapping.copy({"number": "other"})

    def test_nothing_is_mapped_without_a_record(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation):
            self.env["finance.mapping"].create({**self.vals(), "product_id": False})

    def test_only_what_the_product_asks_for(self):
        """Galaxy takes the rate of a tax and no account of a document: such rows would change nothing."""
        tax = self.env["account.tax"].search([("company_id", "=", self.company.id)], limit=1)
        account = self.journal.default_account_id
        for vals in (
            {"kind": "tax", "tax_id": tax.id},
            {"kind": "account", "account_id": account.id},
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "Kingdee"), self.env.cr.savepoint():
                self.env["finance.mapping"].create({**self.vals(), "product_id": False, **vals})
        new = self.env["finance.mapping"].new({"connection_id": self.connection.id})
        self.assertEqual(new.kind_choices, ["product", "unit", "currency", "salesperson", "settlement", "department"])

    def test_who_sold_it_is_known_to_the_adapter(self):
        team = self.env["crm.team"].create({"name": "华东"})
        self.env["finance.mapping"].create(
            [
                {"connection_id": self.connection.id, "kind": "department", "team_id": team.id, "number": "BM01"},
                {
                    "connection_id": self.connection.id,
                    "kind": "salesperson",
                    "user_id": self.rep.id,
                    "number": "XSY001",
                },
            ]
        )
        values = self.invoice(invoice_user_id=self.rep.id, team_id=team.id)._prepare_finance_receivable_vals()
        settings = self.connection._adapter_settings()
        self.assertEqual(settings["departments"][values["department"]], "BM01")
        self.assertEqual(settings["salespersons"][values["salesperson"]], "XSY001")

    def test_every_kind_can_be_entered_and_names_what_is_ours(self):
        self.connection.product = "yonyou_u8"
        team = self.env["crm.team"].create({"name": "华东销售部", "company_id": self.company.id})
        form = Form(self.env["finance.mapping"].with_user(self.clerk))
        form.connection_id = self.connection
        form.kind = "department"
        form.team_id = team
        form.number = "03"
        mapping = form.save()
        self.assertEqual(mapping.ours, "华东销售部")
        self.assertEqual(self.env["finance.mapping"]._tables(self.connection)["department"][mapping.key], "03")

    def test_sales_enters_none(self):
        with self.assertRaises(AccessError):
            self.env["finance.mapping"].with_user(self.rep).create(self.vals())


@tagged("post_install", "-at_install")
class TestCustomersOverThere(BridgeCase):
    """Customers who were first made in the finance system."""

    ours = "91330106MA2B05EH27"
    other = "91110108551385082Q"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.vat = cls.ours
        cls.codes = cls.env["finance.code"]

    def night(self, *customers):
        """A night on which these (number, name, credit code) stand over there; their rows here."""
        found = [RemoteCode("customer", *said) for said in customers]
        with patch.object(FakeAdapter, "read_codes", lambda _adapter, kind: found), self.worker():
            self.env["finance.connection"]._cron_customers()
        return self.codes.search([("kind", "=", "customer")], order="number")

    def numbers(self, partner=None):
        return self.env["finance.binding"]._numbers(
            self.connection, "res.partner", (partner or self.partner).ids, "customer"
        )

    def test_the_same_credit_code_binds_by_itself(self):
        self.assertEqual(self.partner.credit_code, self.ours)
        for _night in range(2):
            code = self.night(("KH0042", "华芯", self.ours.lower()))
            self.assertEqual((code.customer_state, code.partner_id), ("bound", self.partner))
        self.assertEqual(self.numbers(), {self.partner.id: "KH0042"})
        # nothing is made over there for him any more
        self.invoice()
        self.assertFalse(self.row(self.partner))

    def test_two_with_one_credit_code_are_left_to_a_person(self):
        codes = self.night(("KH1", "华芯", self.ours), ("KH2", "华芯二", self.ours))
        self.assertEqual(codes.mapped("customer_state"), ["likely", "likely"])
        self.assertFalse(self.numbers())
        twin = self.env["res.partner"].create({"name": "同码", "is_company": True, "vat": self.other})
        twin.copy({"vat": self.other})
        self.assertEqual(self.night(("KH3", "同码", self.other))[-1].customer_state, "likely")
        self.assertFalse(self.numbers(twin))

    def test_who_has_a_number_gets_no_second_one(self):
        self.invoice()
        self.deliver()
        first = self.numbers()
        code = self.night(("KH0042", "华芯", self.ours))
        self.assertEqual((code.customer_state, self.numbers()), ("likely", first))
        with self.assertRaises(UserError):
            code.with_user(self.clerk).action_bind_customer()
        self.assertEqual(self.numbers(), first)

    def test_on_his_way_but_not_sent_he_is_bound_instead(self):
        move = self.invoice()
        self.assertEqual(self.row(self.partner).state, "pending")
        self.night(("KH0042", "华芯", self.ours))
        self.assertEqual(self.row(self.partner).state, "done")
        self.deliver()
        self.assertEqual(self.numbers(), {self.partner.id: "KH0042"})
        self.assertFalse([document for document in self.erp.documents if document["kind"] == "customer"])
        self.assertEqual(self.row(move).state, "done")

    def test_a_name_is_only_offered(self):
        self.partner.vat = False
        code = self.night(("KH0042", self.partner.name, ""))
        self.assertEqual((code.customer_state, code.partner_id), ("likely", self.partner))
        self.assertFalse(self.numbers())
        code.with_user(self.clerk).action_bind_customer()
        self.assertEqual((code.customer_state, self.numbers()), ("bound", {self.partner.id: "KH0042"}))
        with self.assertRaises(UserError):
            code.with_user(self.clerk).action_bind_customer()

    def test_who_is_missing_is_made_by_a_button(self):
        code = self.night(("KH7", "宁波远山设备有限公司", self.other))
        self.assertEqual((code.customer_state, code.partner_id.id), ("missing", False))
        for user in (self.rep, self.users["suite_admin"]):
            for name in ("action_make_customer", "action_bind_customer"):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    getattr(code.with_user(user), name)()
        code.with_user(self.clerk).action_make_customer()
        partner = code.partner_id
        self.assertEqual((partner.name, partner.vat, partner.is_company), ("宁波远山设备有限公司", self.other, True))
        self.assertEqual(self.numbers(partner), {partner.id: "KH7"})
        with self.assertRaisesRegex(UserError, "宁波远山设备有限公司.*Bound"):
            code.with_user(self.clerk).action_make_customer()
        self.assertEqual(self.env["res.partner"].search_count([("vat", "=", self.other)]), 1)

    def test_another_one_than_offered_is_chosen_by_a_person(self):
        self.partner.vat = False
        twin = self.env["res.partner"].create({"name": "华芯二厂", "is_company": True})
        code = self.night(("KH0042", self.partner.name, ""))
        self.assertEqual(code.partner_id, self.partner)
        contact = self.env["res.partner"].create({"name": "王工", "parent_id": twin.id})
        with self.assertRaises(UserError):
            code.with_user(self.clerk).action_choose_customer(contact.id)
        for user in (self.rep, self.users["suite_admin"]):
            for name, args in (("action_choose_customer", (twin.id,)), ("action_dismiss_customer", ()),
                               ("action_reopen_customer", ()), ("action_open_choose_customer", ())):  # fmt: skip
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    getattr(code.with_user(user), name)(*args)
        action = code.with_user(self.clerk).action_open_choose_customer()
        wizard = self.env[action["res_model"]].with_user(self.clerk).with_context(**action["context"])
        wizard.create({"partner_id": twin.id}).action_confirm()
        self.assertEqual((code.customer_state, code.partner_id), ("bound", twin))
        self.assertEqual(self.numbers(twin), {twin.id: "KH0042"})
        with self.assertRaises(UserError):
            code.with_user(self.clerk).action_choose_customer(self.partner.id)

    def test_who_is_no_business_of_ours_stays_aside_until_looked_at_again(self):
        code = self.night(("KH7", "宁波远山设备有限公司", ""))
        code.with_user(self.clerk).action_dismiss_customer()
        self.env["res.partner"].create({"name": "宁波远山设备有限公司", "is_company": True})
        self.assertEqual(self.night(("KH7", "宁波远山设备有限公司", "")).customer_state, "dismissed")
        with self.assertRaisesRegex(UserError, "宁波远山设备有限公司.*Not Needed Here"):
            code.with_user(self.clerk).action_make_customer()
        code.with_user(self.clerk).action_reopen_customer()
        self.assertEqual(code.customer_state, "likely")

    def test_cost_for_one_and_fifty(self):
        self.night()
        counts = []
        for first, count in ((0, 1), (100, 50)):
            said = [("customer", f"KH{first + n}", f"未知{first + n}公司", "") for n in range(count)]
            self.codes._store(self.connection, said)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.codes._match_customers(self.connection)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
