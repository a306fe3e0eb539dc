from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .customer_common import RightsCase


@tagged("post_install", "-at_install")
class TestClosedRegion(RightsCase):
    """Who sees the customers, orders and invoices of a closed region."""

    def test_closed_region_of_customers(self):
        customer = self.make_held_customers()
        free = self.make_customers(state_id=self.guangdong.id)
        self.east.write({"is_scoped": True, "manager_ids": [Command.set(self.users["region_manager"].ids)]})
        readers = {
            "sales_rep", "region_manager", "hq_commerce", "sales_director", "general_manager", "finance_clerk",
            "service_agent",
        }  # fmt: skip
        for role in (*readers, "sales_rep_2", "sales_supervisor", "marketing", "regional_agent", *self.bound_admin()):
            with self.subTest(role):
                self.assertEqual(self.sees(customer | customer.child_ids, role), role in readers)
                self.assertTrue(self.sees(free, role))

    def test_a_customer_without_a_place_is_as_closed_as_its_first_lead(self):
        placeless = {"state_id": False, "phone": "13812008801"}
        customer, late, abroad, known = self.make_customers(4, **placeless)
        abroad.country_id = self.env.ref("base.de")
        known.state_id = self.guangdong
        lead = self.make_held()
        (customer | late | abroad | known).invalidate_recordset()
        for partner in customer.child_ids | abroad | known:
            self.make_leads(partner_id=partner.id, state_id=self.jiangsu.id, phone=False)
        self.assertEqual((customer.region_id, known.region_id), (self.east, self.south))
        self.assertFalse(abroad.region_id)
        lead.partner_id = late
        self.assertEqual(late.region_id, self.east)
        self.east.is_scoped = True
        self.env.flush_all()
        for role, sees in (("sales_rep_2", False), ("sales_supervisor", False), ("hq_commerce", True)):
            self.assertEqual(self.sees(customer | customer.child_ids, role), sees, role)
        # a place of its own decides as soon as somebody writes it; the first lead does when it moves
        late.state_id = self.guangdong
        self.assertEqual(late.region_id, self.south)
        first = self.env["crm.lead"].search([("partner_id", "in", customer.child_ids.ids)])
        self.make_leads(partner_id=customer.id, state_id=self.guangdong.id, phone=False)
        self.assertEqual(customer.region_id, self.east)
        first.state_id = self.guangdong
        self.assertEqual(customer.region_id, self.south)

    def test_places_of_customers_cost_the_same_for_one_and_fifty(self):
        costs = {}
        for count in (1, 50):
            customers = self.make_customers(count, state_id=False, phone="13812008801")
            leads = self.make_leads(count, phone=False)
            for lead, customer in zip(leads, customers, strict=True):
                lead.partner_id = customer
                lead.state_id = self.jiangsu
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            customers._region_assign()
            self.env.flush_all()
            costs[count] = self.env.cr.sql_log_count - before
        self.assertLessEqual(costs[50], costs[1], costs)

    def test_closed_region_of_orders(self):
        customer = self.make_held_customers()
        order = self.make_order(customer.child_ids, user_id=self.rep.id)
        self.assertEqual(order.region_id, self.east)
        self.east.write({"is_scoped": True, "manager_ids": [Command.set(self.users["region_manager"].ids)]})
        self.env.flush_all()
        readers = {"sales_rep", "region_manager", "hq_commerce", "sales_director", "general_manager", "finance_clerk"}
        for role in (*readers, "sales_rep_2", "sales_supervisor", "marketing", "suite_admin"):
            with self.subTest(role):
                self.assertEqual(self.sees(order, role), role in readers)
                self.assertEqual(self.sees(order.order_line, role), role in readers)
                lines = self.env["sale.report"].with_user(self.users[role])
                if role != "finance_clerk":
                    found = lines.search([("partner_id", "=", order.partner_id.id)])
                    self.assertEqual(bool(found), role in readers)
        for user in (self.rep, self.users["sales_supervisor"]):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                order.with_user(user).write({"region_id": self.south.id})
        # the region follows the customer
        customer.state_id = self.guangdong
        self.assertEqual(order.region_id, self.south)

    def make_invoice(self, partner, user, **vals):
        """A posted invoice of this customer with this salesperson, or nobody."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice", "partner_id": partner.id, "invoice_user_id": user.id,
                "invoice_line_ids": [Command.create({"name": "加工中心", "quantity": 1, "price_unit": 100})], **vals,
            }
        )  # fmt: skip
        move.action_post()
        move.invoice_user_id = user
        self.env.flush_all()
        return move

    def invoices_seen(self, move, role):
        """What a role gets to know of one invoice, by every way of asking."""
        self.env.invalidate_all()
        user = self.users[role]
        moves, report = self.env["account.move"].with_user(user), self.env["account.invoice.report"].with_user(user)
        lines = self.env["account.move.line"].with_user(user)
        mine = [("id", "=", move.id)]
        found = {
            "search": moves.search_count(mine),
            "groups": sum(count for _state, count in moves._read_group(mine, ["state"], ["__count"])),
            "names": len(moves.name_search(move.name, mine)),
            "lines": lines.search_count([("move_id", "=", move.id), ("display_type", "=", "product")]),
            "line groups": sum(
                count
                for _move, count in lines._read_group(
                    [("move_id", "=", move.id), ("display_type", "=", "product")], ["move_id"], ["__count"]
                )
            ),
            "rights": int(move.with_user(user).has_access("read")),
        }
        if report.has_access("read"):
            # Odoo lets sales people read it only as the source of a board
            found["report"] = report.search_count([("move_id", "=", move.id)])
        self.assertEqual(len(set(found.values())), 1, (role, found))
        return bool(found["search"])

    def test_closed_region_of_invoices(self):
        customer = self.make_held_customers()
        free = self.make_customers(state_id=self.guangdong.id)
        nobodys = self.make_invoice(customer.child_ids, self.nobody)
        colleagues = self.make_invoice(customer, self.rep_2)
        open_one = self.make_invoice(free, self.nobody)
        self.east.write({"is_scoped": True, "manager_ids": [Command.set(self.users["region_manager"].ids)]})
        self.env.flush_all()
        readers = {"sales_rep", "region_manager", "hq_commerce", "sales_director", "general_manager", "finance_clerk"}
        for role in (*readers, "sales_rep_2", "sales_supervisor", "marketing", "regional_agent", "suite_admin"):
            with self.subTest(role):
                self.assertEqual(self.invoices_seen(nobodys, role), role in readers)
                self.assertTrue(self.invoices_seen(open_one, role), "as Odoo ships it")
        self.assertTrue(self.invoices_seen(colleagues, "sales_rep_2"), "his own paper")
        self.assertFalse(self.invoices_seen(colleagues, "sales_supervisor"))
        # the report has a rule of its own, for whoever is given the right to read it
        self.env["ir.model.access"].create(
            {
                "name": "test", "perm_read": True,
                "model_id": self.env["ir.model"]._get_id("account.invoice.report"),
                "group_id": self.env.ref("sales_team.group_sale_salesman").id,
            }
        )  # fmt: skip
        self.assertFalse(self.invoices_seen(nobodys, "sales_rep_2"))
        self.assertTrue(self.invoices_seen(nobodys, "sales_rep"))

    def test_the_creator_of_an_ownerless_customer_keeps_it_in_sight(self):
        self.east.is_scoped = True
        company = (
            self.env["res.partner"]
            .with_user(self.rep)
            .create({"name": "甲", "is_company": True, "state_id": self.jiangsu.id})
        )
        self.assertTrue(self.sees(company, "sales_rep"))
        self.assertFalse(self.sees(company, "sales_rep_2"))

    def test_orders_from_before_get_their_region_when_regions_are_switched_on(self):
        order = self.make_order(self.make_customers())
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET region_id = NULL WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self.env["crm.region"].with_user(self.users["suite_admin"]).action_switch_on()
        self.assertEqual(order.region_id, self.east)

    def test_stock_reports_of_the_tables(self):
        """Every model over these tables that sales people read and that is no table of its own has a rule of ours, or
        shows nobody else's records by itself."""
        ours = set(
            self.env["ir.model.data"]
            .search([("module", "=", "crm_merchant"), ("model", "=", "ir.rule")])
            .mapped("res_id")
        )
        ruled = set(self.env["ir.rule"].browse(ours).mapped("model_id.model"))
        # filtered by membership in the query; colleagues and their own address; one's own working hours
        allowed = {"crm.pool.lead", "crm.pool.partner", "hr.employee.public", "timesheets.analysis.report"}
        missing = []
        for name, model in self.env.items():
            if model._auto or model._abstract or model._transient or name in allowed or name in ruled:
                continue
            linked = {field.comodel_name for field in model._fields.values() if field.comodel_name}
            if linked & {"crm.lead", "res.partner", "sale.order", "sale.order.line"} and any(
                self.env[name].with_user(self.users[role]).has_access("read")
                for role in ("sales_rep", "sales_supervisor", "marketing")
            ):
                missing.append(name)
        self.assertFalse(missing)
        self.assertLessEqual({"crm.activity.report", "sale.report", "account.invoice.report"}, ruled)
