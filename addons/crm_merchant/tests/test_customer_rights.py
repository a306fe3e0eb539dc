"""Who sees which customer, over every interface; abuse cases 1-13 of the security notes, for customers and orders."""

import json
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .customer_common import CustomerCase
from .test_pool_recycle import START

NAME = "苏州恒锐"


class RightsCase(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create({"name": "加工中心", "type": "service", "list_price": 9})

    @classmethod
    def make_order(cls, partner, **vals):
        return cls.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [Command.create({"product_id": cls.product.id})], **vals}
        )

    def sees(self, records, role):
        self.env.invalidate_all()
        user = self.users[role]
        return records.with_user(user).search([("id", "in", records.ids)]) == records


@tagged("post_install", "-at_install")
class TestCustomerRights(RightsCase):
    def bound_admin(self):
        """The suite administrator as long as no other addon makes a project manager of him, whom customers are open to."""
        admin = self.users["suite_admin"]
        return () if admin.has_group("project.group_project_manager") else ("suite_admin",)

    # -- pooled -----------------------------------------------------------------------------------

    def test_a_pooled_customer_and_its_contacts_are_hidden(self):
        customer = self.make_pooled_customers()
        both = customer | customer.child_ids
        free = self.make_customers()
        for role in (
            "sales_rep", "sales_supervisor", "marketing", "hq_commerce", "sales_director", "general_manager",
            "regional_agent", *self.bound_admin(),
        ):  # fmt: skip
            with self.subTest(role):
                self.assertFalse(self.env["res.partner"].with_user(self.users[role]).search([("id", "in", both.ids)]))
                self.assertTrue(self.sees(free | free.child_ids, role), "what no pool took is as Odoo ships it")
        for role in ("region_manager", "finance_clerk", "finance_manager", "technical_lead", "service_agent"):
            with self.subTest(role):
                self.assertTrue(self.sees(both, role))
        self.claim_customers(customer)
        for role in ("sales_rep", "sales_rep_2"):
            self.assertTrue(self.sees(both, role))

    def test_people_are_always_visible(self):
        people = self.env["res.users"].search([]).partner_id | self.env.company.partner_id
        self.env.company.partner_id.state_id = self.jiangsu
        self.east.is_scoped = True
        self.assertTrue(self.sees(people, "sales_rep"))
        self.assertEqual(
            self.env["res.users"].with_user(self.rep).search_count([]), len(self.env["res.users"].search([]))
        )

    def hidden_everywhere(self, user, customer, contact):
        """Every way in that a client has, as a person from whom the customer is hidden."""
        partners = self.env["res.partner"].with_user(user)
        ids = (customer | contact).ids
        phone = customer.phone
        self.env.invalidate_all()
        for domain in ([("id", "in", ids)], [("phone", "=", phone)], [("child_ids", "in", contact.ids)],
                       [("name", "ilike", NAME)], [("email", "=like", "%hengrui%")]):  # fmt: skip
            self.assertFalse(set(partners.search(domain).ids) & set(ids), domain)
            self.assertFalse(set(partners.with_context(active_test=False).search(domain).ids) & set(ids))
        self.assertFalse(partners.web_search_read([("id", "in", ids)], {"name": {}, "phone": {}})["records"])
        for group in ("phone", "user_id", "region_id", "pool_state", "merchant_grade"):
            groups = partners.formatted_read_group([("id", "in", ids)], [group], ["__count"])
            self.assertFalse(sum(line["__count"] for line in groups))
        found = {res_id for res_id, _name in partners.name_search(NAME, limit=None)}
        self.assertFalse(found & set(ids))
        found = {line["id"] for line in partners.web_name_search(NAME, {"display_name": {}}, limit=None)}
        self.assertFalse(found & set(ids))
        user.group_ids += self.env.ref("base.group_allow_export")
        foreign = partners.browse(ids)
        foreign[0].message_subscribe(user.partner_id.ids)
        self.assertNotIn(user.partner_id, customer.message_partner_ids)
        messages = self.env["mail.message"].with_user(user)
        known = [("model", "=", "res.partner"), ("res_id", "in", ids)]
        self.assertFalse(messages.search(known))
        activities = self.env["mail.activity"].with_user(user)
        self.assertFalse(activities.search([("res_model", "=", "res.partner"), ("res_id", "in", ids)]))
        calls = (
            lambda: foreign.read(["name", "phone"]), lambda: foreign.web_read({"name": {}}),
            lambda: foreign.export_data(["name", "phone"]), lambda: foreign[0].copy(),
            lambda: foreign.write({"comment": "x"}), lambda: foreign[0].message_post(body="x"),
            lambda: foreign[0].message_subscribe(self.rep.partner_id.ids + self.rep_2.partner_id.ids),
            lambda: foreign[0].action_followup_write("call", "x"), lambda: foreign[0].action_open_pool_ledger(),
            lambda: foreign[0].action_open_followups(), lambda: foreign[0].action_pool_lock(),
            lambda: foreign[0].action_collaborator_set(user.id, fields.Date.today(), True),
            lambda: partners.create({"name": "x", "parent_id": ids[0]}),
            lambda: self.env["crm.lead"].with_user(user).create({"name": "x", "partner_id": ids[0]}),
            lambda: self.env["crm.lead"].with_user(user).create({"name": "x", "user_id": user.id}).write(
                {"partner_id": ids[1]}),
            lambda: self.env["sale.order"].with_user(user).create({"partner_id": ids[0]}),
            lambda: self.env["ir.attachment"].with_user(user).create(
                {"name": "x", "res_model": "res.partner", "res_id": ids[0], "raw": b"x"}),
            lambda: activities.create(
                {"res_model_id": self.env["ir.model"]._get_id("res.partner"), "res_id": ids[0], "summary": "x"}),
        )  # fmt: skip
        for number, call in enumerate(calls):
            with self.subTest(call=number), self.assertRaises(AccessError), self.env.cr.savepoint():
                call()

    def test_pooled_over_every_interface(self):
        customer = self.make_pooled_customers()
        customer.message_post(body="secret")
        customer.activity_schedule("mail.mail_activity_data_todo", user_id=self.users["region_manager"].id)
        for role in ("sales_rep", "sales_supervisor"):
            with self.subTest(role):
                self.hidden_everywhere(self.users[role], customer, customer.child_ids)

    def test_closed_region_over_every_interface(self):
        customer = self.make_held_customers()
        self.east.is_scoped = True
        self.hidden_everywhere(self.rep_2, customer, customer.child_ids)

    def test_names_on_ones_own_papers(self):
        """One's own old order and meeting show their customer, a lead of somebody else does not; and nobody may name a
        hidden customer anew to be told of him."""
        customer = self.make_held_customers()
        contact = customer.child_ids
        contact.email = "buyer@hengrui.example"
        order = self.make_order(contact, user_id=self.rep.id)
        event = self.env["calendar.event"].with_user(self.rep).create(
            {"name": "x", "start": START, "stop": START + timedelta(hours=1), "partner_ids": [(4, contact.id)]}
        )  # fmt: skip
        lead = self.make_leads(user_id=self.rep_2.id, partner_id=contact.id)
        mine = self.make_leads(user_id=self.rep.id)
        lead.region_id.is_scoped = True
        customer._pool_move("release", {self.nobody: customer}, "x")
        self.env.flush_all()
        self.env.invalidate_all()
        spec = {"partner_id": {"fields": {"display_name": {}}}}
        old = order.with_user(self.rep).web_read(spec)[0]
        self.assertIn(customer.name, old["partner_id"]["display_name"], "his own paper")
        order.with_user(self.rep).action_confirm()
        self.assertEqual(order.state, "sale", "the work on his own paper goes on")
        self.assertFalse(lead.with_user(self.rep).has_access("read"))
        event.opportunity_id = lead
        self.env.flush_all()
        self.env.invalidate_all()
        spec = {"opportunity_id": {"fields": {"display_name": {}}}}
        self.assertNotIn(customer.name, str(event.with_user(self.rep).web_read(spec)))
        fresh = {"name": "y", "start": START, "stop": START + timedelta(hours=1)}
        meetings = self.env["calendar.event"].with_user(self.rep)
        for number, call in enumerate(
            (
                lambda: meetings.create({**fresh, "partner_ids": [Command.link(customer.id)]}),
                lambda: meetings.create({**fresh, "attendee_ids": [Command.create({"partner_id": contact.id})]}),
                lambda: meetings.with_context(default_partner_ids=contact.ids).create(fresh),
                lambda: event.with_user(self.rep).write({"partner_ids": [Command.link(customer.id)]}),
                lambda: mine.with_user(self.rep).message_subscribe(customer.ids),
                lambda: mine.with_user(self.rep).message_subscribe(contact.ids + self.rep.partner_id.ids),
                lambda: mine.with_user(self.rep).sudo().message_subscribe(customer.ids),
            )
        ):
            with self.subTest(call=number), self.assertRaises(AccessError), self.env.cr.savepoint():
                call()
        mine.with_user(self.rep).message_subscribe(self.rep_2.partner_id.ids)
        self.assertIn(self.rep_2.partner_id, mine.message_partner_ids)

    # -- the masked view ----------------------------------------------------------------------------

    def test_the_masked_view(self):
        customer = self.make_pooled_customers()
        masked = self.env["crm.pool.partner"].with_user(self.rep)
        row = masked.search([])
        self.assertEqual(row.read(["company_label", "phone_label", "mail_label"])[0], {
            "id": customer.id, "company_label": customer.name, "phone_label": "138****00", "mail_label": "i***@hengrui.example",
        })  # fmt: skip
        closed = {"phone", "email", "user_id", "name", "street", "vat", "child_ids", "partner_id"}
        self.assertFalse(closed & masked._fields.keys())
        self.assertFalse([f for f in masked._fields.values() if f.comodel_name in ("res.partner", "res.users")])
        for number, found in (
            ("13812008800", True), ("+86 138 1200 8800", True), ("13912009900", True), ("1381200880", False),
            ("138", False), ("", False), ("%", False),
        ):  # fmt: skip
            with self.subTest(number):
                self.assertEqual(bool(masked.search([("whole_phone", "=", number)])), found)
        for role in ("regional_agent", "marketing", "sales_director"):
            self.assertFalse(self.env["crm.pool.partner"].with_user(self.users[role]).search([]), role)
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                row.with_user(self.users[role]).action_pool_claim()
        for method, args in (("write", [{"city": "x"}]), ("unlink", []), ("create", [{"city": "x"}])):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                getattr(row, method)(*args)
        self.pool.member_ids.filtered(lambda m: m.user_id == self.rep).on_duty = False
        self.assertFalse(masked.search([]))
        with self.assertRaises(AccessError):
            row.action_pool_claim()

    def test_claim_says_who_was_faster(self):
        customer = self.make_pooled_customers()
        self.claim_customers(customer, self.rep_2)
        with self.assertRaisesRegex(UserError, self.rep_2.name):
            self.claim_customers(customer, self.rep)
        free = self.make_customers()
        with self.assertRaises(AccessError):
            self.claim_customers(free, self.rep)

    # -- others work on ---------------------------------------------------------------------------------

    def test_a_clerk_invoices_a_pooled_customer(self):
        customer = self.make_customers()
        order = self.make_order(customer.child_ids)
        order.action_confirm()
        customer._pool_move("enter", {self.nobody: customer}, "")
        clerk = self.users["finance_clerk"]
        move = self.env["account.move"].with_user(clerk).create(
            {
                "move_type": "out_invoice", "partner_id": customer.id,
                "invoice_line_ids": [Command.create({"name": "x", "quantity": 1, "price_unit": 100})],
            }
        )  # fmt: skip
        move.action_post()
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.partner_id.name, customer.name)
        self.assertEqual(order.with_user(clerk).partner_id.phone, customer.child_ids.phone)

    def test_a_project_manager_opens_a_project_of_a_pooled_customer(self):
        """Here without the project application; its managers are let through by their group."""
        customer = self.make_pooled_customers()
        manager = self.users["project_manager"]
        self.assertTrue(self.sees(customer, "project_manager"))
        group = self.env.ref("project.group_project_manager", raise_if_not_found=False)
        if group:
            manager.group_ids += group + self.env.ref("sales_team.group_sale_salesman")
            project = self.env["project.project"].create({"name": "交付", "partner_id": customer.id})
            spec = {"name": {}, "partner_id": {"fields": {"display_name": {}, "phone": {}}}}
            self.assertTrue(project.with_user(manager).web_read(spec)[0]["partner_id"]["phone"])

    # -- closed regions -----------------------------------------------------------------------------------

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

    # -- collaborators ------------------------------------------------------------------------------------

    def test_a_collaborator_reads_until_the_day(self):
        self.east.is_scoped = True
        with freeze_time(START):
            lead = self.make_leads(user_id=self.rep.id)
            customer = self.make_held_customers()
            for record in (lead, customer):
                self.assertFalse(self.sees(record, "sales_rep_2"))
                record.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-05", reason="技术支持")
                self.assertTrue(self.sees(record, "sales_rep_2"))
                for vals in ({"comment" if record == customer else "description": "x"}, {"user_id": self.rep_2.id}):
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        record.with_user(self.rep_2).write(vals)
                self.assertIn("技术支持", self.rows(record)[-1].reason)
                self.assertEqual(self.rows(record)[-1].event, "share")
            self.assertTrue(self.sees(customer.child_ids, "sales_rep_2"))
        with freeze_time(START + timedelta(days=2)):
            self.assertTrue(self.sees(lead, "sales_rep_2"), "the last day counts")
        with freeze_time(START + timedelta(days=3)):
            # no job has run and no cache was cleared: the rule asks for the day
            for record in (lead, customer, customer.child_ids):
                self.assertFalse(self.sees(record, "sales_rep_2"))
                with self.assertRaises(AccessError):
                    record.with_user(self.rep_2).read(["name"])
            self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kw: 1)
            self.env["crm.collaborator"]._cron_end()
        self.assertFalse(lead.collaborator_ids | customer.collaborator_ids)
        self.assertEqual(self.rows(customer)[-1].event, "unshare")

    def test_a_collaborator_who_may_change_takes_nothing_away(self):
        with freeze_time(START):
            lead, customer = self.make_held(), self.make_held_customers()
            plain = self.make_leads(user_id=self.rep.id, state_id=self.guangdong.id)
            for record in (lead, plain, customer):
                record.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-05", True)
                other = record.with_user(self.rep_2)
                other.write({"city": "常熟"})
                for value in (self.rep_2.id, False):
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        other.write({"user_id": value})
                for call in (
                    lambda r: r.action_pool_release("x"), lambda r: r.action_pool_transfer(self.rep_2.id, "x"),
                    lambda r: r.action_collaborator_set(self.users["marketing"].id, "2026-03-05"),
                ):  # fmt: skip
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        call(other)
                self.env.invalidate_all()
                self.assertEqual(record.user_id, self.rep)

    def test_nobody_writes_collaborators_directly(self):
        with freeze_time(START):
            lead = self.make_held()
            lead.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-05")
            row = lead.collaborator_ids
            for role in ("sales_rep", "sales_rep_2", "sales_director", "suite_admin"):
                user = self.users[role]
                rows = self.env["crm.collaborator"].with_user(user)
                vals = {
                    "lead_id": lead.id,
                    "user_id": user.id,
                    "until": "2027-01-01",
                    "company_id": self.env.company.id,
                }
                for call in (
                    lambda rows=rows, vals=vals: rows.create(vals),
                    lambda user=user: row.with_user(user).write({"until": "2027-01-01"}),
                    lambda user=user: row.with_user(user).unlink(),
                    lambda user=user: lead.with_user(user).write(
                        {"collaborator_ids": [Command.update(row.id, {"can_write": True})]}
                    ),
                ):
                    with self.subTest(role), self.assertRaises(AccessError), self.env.cr.savepoint():
                        call()
            for wrong in ((self.rep_2.id, "2026-03-01"), (self.rep_2.id, "2036-01-01"), (self.rep_2.id, "soon"),
                          (self.rep_2.id, False), (self.users["legal"].id, "2026-03-05")):  # fmt: skip
                with self.subTest(wrong), self.assertRaises(UserError), self.env.cr.savepoint():
                    lead.with_user(self.rep).action_collaborator_set(*wrong)
            with self.assertRaises(AccessError):
                row.with_user(self.users["marketing"]).action_end()
            lead.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-09")
            self.assertEqual((len(lead.collaborator_ids), str(row.until)), (1, "2026-03-09"))
            row.with_user(self.rep_2).action_end()
            self.assertFalse(row.exists())

    def test_in_the_pool_nobody_collaborates(self):
        with freeze_time(START):
            customer = self.make_held_customers()
            customer.with_user(self.rep).action_collaborator_set(self.rep_2.id, "2026-03-30", True)
            customer.with_user(self.rep).action_pool_release("x")
        self.assertFalse(customer.collaborator_ids)
        self.assertEqual(self.rows(customer).mapped("event")[-2:], ["unshare", "release"])
        self.assertFalse(self.sees(customer, "sales_rep_2"))

    # -- costs ----------------------------------------------------------------------------------------------

    def count(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries(self):
        """One and fifty; Odoo's own write of a company looks at its contacts, with two queries each."""
        self.pool.write({"claim_limit_day": 0, "customer_limit": 0})
        partners = self.env["res.partner"].with_user(self.rep)
        one, many = self.make_pooled_customers(), self.make_pooled_customers(50)
        masked = self.env["crm.pool.partner"].with_user(self.rep)
        masked.search_read([], ["company_label"])
        claims = [self.count(lambda c=c: masked.browse(c.ids).action_pool_claim()) for c in (one, many)]
        self.assertLessEqual(claims[0], 60)
        self.assertLessEqual(claims[1], claims[0] + 2 * 50)
        lists = [
            self.count(
                lambda c=c: partners.search_read([("id", "in", c.ids)], ["name", "days_to_pool", "merchant_grade"])
            )
            for c in (one, many)
        ]
        self.assertLessEqual(lists[1], lists[0] + 1)
        views = [
            self.count(lambda n=n: masked.search_read([], ["company_label", "phone_label"], limit=n)) for n in (1, 50)
        ]
        self.assertEqual(*views)
        drops = [self.count(lambda c=c: c._pool_move("recycle", {self.nobody: c}, "x")) for c in (one, many)]
        self.assertLessEqual(drops[0], 60)
        self.assertLessEqual(drops[1], drops[0] + 2 * 50)
        # reading partners of no pool costs one query more than it did: nothing at all
        free = self.make_customers(50)
        self.assertLessEqual(self.count(lambda: partners.browse(free.ids).read(["name"])), 3)


@tagged("post_install", "-at_install")
class TestCustomerHttp(RightsCase, HttpCase):
    """Over the wire."""

    def test_a_portal_customer_of_a_pool_opens_his_pages(self):
        customer = self.make_customers()
        portal = self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "name": "客户", "login": "kehu", "password": "kehu-kehu", "partner_id": customer.child_ids.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )  # fmt: skip
        order = self.make_order(customer.child_ids)
        order.action_confirm()
        customer._pool_move("enter", {self.nobody: customer}, "")
        self.east.is_scoped = True
        self.authenticate("kehu", "kehu-kehu")
        for path in ("/my", "/my/orders", f"/my/orders/{order.id}", "/my/account", "/my/invoices"):
            with self.subTest(path):
                page = self.url_open(path)
                self.assertEqual(page.status_code, 200)
        self.assertIn(order.name, self.url_open("/my/orders").text)
        self.assertEqual(portal.partner_id.commercial_partner_id, customer)

    def test_forged_export(self):
        customer = self.make_pooled_customers()
        self.rep.group_ids += self.env.ref("base.group_allow_export")
        self.authenticate("sales_rep", "sales_rep")
        data = {
            "model": "res.partner", "ids": customer.ids, "domain": [], "groupby": [], "context": {},
            "fields": [{"name": "phone", "label": "Phone"}], "import_compat": False,
        }  # fmt: skip
        for path in ("/web/export/csv", "/web/export/xlsx"):
            with mute_logger("odoo.addons.web.controllers.export"):
                answer = self.url_open(
                    path, data={"data": json.dumps(data), "csrf_token": http.Request.csrf_token(self)}
                )
            self.assertNotIn("13812008800", answer.text)
        answer = self.make_jsonrpc_request(
            "/web/dataset/call_kw/res.partner/search_read",
            {"model": "res.partner", "method": "search_read", "args": [[["id", "in", customer.ids]]], "kwargs": {}},
        )
        self.assertFalse(answer)
