from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from ..models.kernel.columns import column, filled, linked, sets_by
from ..models.pool import pool_bulk
from .common import MerchantCase


@tagged("post_install", "-at_install")
class TestAssignmentBulk(MerchantCase):
    """Leads by SQL: every stored column, follower and ledger row as the ORM would have written them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.follower = cls.env["res.partner"].create({"name": "团队关注者", "email": "f@example.com"})
        cls.team = cls.env["crm.team"].create({"name": "华东区销售组"})
        subtype = cls.env.ref("crm.mt_salesteam_lead_assigned", raise_if_not_found=False) or cls.env[
            "mail.message.subtype"
        ].search([("res_model", "=", "crm.team"), ("relation_field", "=", "team_id")], limit=1)
        cls.team.message_subscribe(partner_ids=cls.follower.ids, subtype_ids=subtype.ids)
        cls.other_team = cls.env["crm.team"].create({"name": "别的组"})
        cls.foreign_stage = cls.env["crm.stage"].create({"name": "别组阶段", "team_ids": [(6, 0, cls.other_team.ids)]})
        cls.customer = cls.env["res.partner"].create({"name": "客户", "company_id": cls.env.company.id})
        cls.rule = cls.env["crm.assignment.rule"].create(
            {
                "name": "East",
                "team_id": cls.team.id,
                "target_ids": [(0, 0, {"user_id": cls.rep.id}), (0, 0, {"user_id": cls.rep_2.id})],
            }
        )

    def make_many(self, count):
        return self.make_leads(count).with_env(self.env)

    def make_variety(self):
        """Leads of all the kinds that a write treats differently."""
        made = (
            self.make_leads(16),
            self.make_leads(4, type="opportunity", expected_revenue=1234.5, recurring_revenue=10),
            self.make_leads(4, company_id=self.env.company.id),
            self.make_leads(4, team_id=self.other_team.id),
            self.make_leads(4, partner_id=self.customer.id),
            self.make_leads(4, stage_id=self.foreign_stage.id),
            self.make_leads(4, type="opportunity", probability=33, expected_revenue=99.99),
        )
        return self.env["crm.lead"].browse([lead.id for leads in made for lead in leads])

    def columns(self, leads):
        """All columns of the leads' rows, without what tells two runs apart."""
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT * FROM crm_lead WHERE id = ANY(%s) ORDER BY id", leads.ids))
        skipped = {"id", "name", "partner_name", "company_key"}
        names = [column.name for column in self.env.cr.description]
        return [
            {name: value for name, value in zip(names, row, strict=True) if name not in skipped}
            for row in self.env.cr.fetchall()
        ]

    def followers(self, leads):
        return [
            sorted((f.partner_id.id, sorted(f.subtype_ids.ids)) for f in lead.message_follower_ids) for lead in leads
        ]

    def ledger(self, leads):
        rows = self.env["crm.pool.ledger"].search([("res_id", "in", leads.ids)], order="res_id, seq")
        skipped = {"id", "res_id", "res_name", "hash", "previous_hash"}
        return rows.with_context(active_test=False).read([name for name in rows._fields if name not in skipped])

    def one_by_one(self):
        """The ORM, a write a lead."""

        def write(_leads, writes):
            for records, user, home, vals in writes:
                for record in records:
                    record._pool_write(user, home, vals)
                    record.flush_recordset()

        return patch.object(type(self.env["crm.lead"]), "_pool_write_all", write)

    def both_ways(self, make, way=None):
        """Assigns equal leads by SQL and by the ORM, and compares everything that is stored."""
        with freeze_time("2026-03-02 02:00:00"):
            by_sql, by_orm = make(), make()
        self.env.flush_all()
        with freeze_time("2026-03-04 05:06:07"):
            write, written = pool_bulk.CrmLead._pool_bulk_write, []

            def counting(leads, rows):
                written.extend(leads.ids)
                return write(leads, rows)

            with patch.object(type(by_sql), "_pool_bulk_write", counting):
                by_sql._merchant_assign()
            self.assertGreaterEqual(len(written), 12, "most of them went by SQL")
            self.rule.next_index = 0
            with way or self.one_by_one():
                by_orm._merchant_assign()
            self.env.flush_all()
        for one, other in zip(self.columns(by_sql), self.columns(by_orm), strict=True):
            self.assertEqual(one, other)
        self.assertEqual(self.followers(by_sql), self.followers(by_orm))
        for one, other in zip(self.ledger(by_sql), self.ledger(by_orm), strict=True):
            self.assertEqual({**one, "id": 0}, {**other, "id": 0})
        self.assertFalse(self.env["crm.pool.ledger"]._ledger_broken([("res_id", "in", (by_sql | by_orm).ids)]))
        return by_sql, by_orm

    def test_same_columns_followers_and_ledger(self):
        by_sql, _by_orm = self.both_ways(self.make_variety)
        self.assertIn(self.follower, by_sql.message_partner_ids, "who follows the team follows its leads")

    def test_same_with_chances_to_learn_from(self):
        """With won and lost leads there, a new team changes the probability."""
        won = self.make_leads(3, type="opportunity", team_id=self.team.id, user_id=self.rep.id)
        lost = self.make_leads(5, type="opportunity", team_id=self.team.id, user_id=self.rep.id)
        won.action_set_won()
        lost.action_set_lost()
        self.env["crm.lead"]._cron_update_automated_probabilities()
        by_sql, _by_orm = self.both_ways(self.make_variety)
        self.assertTrue(any(by_sql.mapped("automated_probability")))

    def test_same_by_the_quick_orm(self):
        self.both_ways(
            self.make_variety, patch.object(type(self.env["crm.lead"]), "_pool_bulk_allowed", lambda *_args: False)
        )

    def test_same_into_the_pool(self):
        self.rule.write({"strategy": "pool", "team_id": False})
        self.both_ways(lambda: self.make_many(12))

    def test_what_sql_does_not_know_goes_by_the_orm(self):
        leads = self.make_many(12)
        odd = self.make_leads(12, stage_id=self.foreign_stage.id)
        self.env.flush_all()
        simple = (leads | odd)._pool_bulk_simple(self.rep, {"user_id": self.rep.id, "team_id": self.team.id})
        self.assertEqual(simple, leads)
        self.assertFalse(leads._pool_bulk_simple(self.nobody, {"user_id": False}))
        self.team.lead_properties_definition = [{"name": "colour", "type": "char", "string": "颜色"}]
        self.assertFalse(leads._pool_bulk_simple(self.rep, {"user_id": self.rep.id, "team_id": self.team.id}))

    # -- when others have a say -------------------------------------------------------------------

    def test_sql_is_allowed_in_the_suite(self):
        leads = self.env["crm.lead"]
        values = leads._prepare_pool_owner_vals(self.rep) | leads._prepare_pool_state_vals(self.rep, self.pool)
        self.assertTrue(leads._pool_bulk_allowed({**values, **self.rule._prepare_lead_vals()}))

    def test_another_override_of_write_means_orm(self):
        model_class = type(self.env["crm.lead"])
        written = []
        original = model_class.write

        def write(leads, vals):
            written.append(len(leads))
            return original(leads, vals)

        leads = self.make_many(12)
        with patch.object(model_class, "write", write):
            self.assertFalse(leads._pool_bulk_allowed({"user_id": 1}))
            leads._merchant_assign()
        self.assertEqual(sum(written), 12, "every lead once, one write a holder")
        self.assertEqual(len(written), 2)
        self.assertEqual(set(leads.mapped("user_id")), {self.rep, self.rep_2})

    def test_an_unknown_stored_field_means_orm(self):
        lead = self.env["crm.lead"]
        field = lead._fields["name"]
        with patch.object(type(self.env.registry), "get_dependent_fields", lambda _registry, _field: iter([field])):
            self.assertFalse(lead._pool_bulk_allowed({"user_id": 1}))

    def test_company_is_checked_in_each_kind(self):
        """One lead of many with a customer of another company is refused, whoever stands beside it."""
        company = self.env["res.company"].create({"name": "别的公司"})
        foreign = self.env["res.partner"].create({"name": "别家客户", "company_id": company.id})
        leads = self.make_leads(12, company_id=self.env.company.id)
        self.env.flush_all()
        leads._check_company(["partner_id"])
        self.env.cr.execute(SQL("UPDATE crm_lead SET partner_id = %s WHERE id = %s", foreign.id, leads[-1].id))
        leads.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "别家客户"):
            leads._check_company(["partner_id"])
        with self.assertRaisesRegex(UserError, "别家客户"):
            leads.write({"company_id": self.env.company.id})

    def test_columns_are_what_the_records_say(self):
        leads = self.make_variety()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(linked(leads, "partner_id"), [lead.partner_id for lead in leads])
        self.assertEqual(column(leads, "expected_revenue"), [lead.expected_revenue for lead in leads])
        self.assertEqual(filled(leads, "partner_id"), leads.filtered("partner_id"))
        self.assertEqual(sets_by(leads, column(leads, "type")), leads.grouped("type"))
        self.env.add_to_compute(leads._fields["company_id"], leads)
        self.assertEqual(linked(leads, "company_id"), [lead.company_id for lead in leads])

    def test_what_is_known_of_a_lead_is_what_is_stored(self):
        """Nothing is read again after the statement: what stays in the cache must be what the database holds."""
        leads = self.make_variety()
        self.env.flush_all()
        names = [
            name for name, field in leads._fields.items()
            if not field.inherited and not field.company_dependent and field.type not in ("binary", "properties")
        ]  # fmt: skip
        leads.sudo().read(names)
        by_sql, follow = [], type(leads)._pool_bulk_follow
        looked_at = (
            "user_id",
            "team_id",
            "company_id",
            "pool_state",
            "date_open",
            "date_last_stage_update",
            "stage_id",
        )

        def following(written, kinds):
            by_sql.extend(written.ids)
            for name in looked_at:
                self.assertGreaterEqual(written._fields[name]._get_cache(written.env).keys(), set(written.ids), name)
            return follow(written, kinds)

        with patch.object(type(leads), "_pool_bulk_follow", following):
            leads._merchant_assign()
        self.assertGreaterEqual(len(by_sql), 12)
        written = leads.sudo().browse(by_sql)
        before = written.read(names)
        self.env.flush_all()
        self.env.invalidate_all()
        for one, other in zip(before, written.read(names), strict=True):
            self.assertEqual(one, other)

    # -- what it costs ------------------------------------------------------------------------------

    def count_queries(self, size):
        leads = self.make_many(size)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        leads._merchant_assign()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_run_is_one_update_and_reads_each_lead_once(self):
        """A lead has forty indexes: writing it twice, or reading a hundred columns again, is most of the time."""
        self.count_queries(12)
        leads = self.make_many(40)
        self.env.flush_all()
        self.env.invalidate_all()
        statements = []
        with patch.object(type(self.env.cr), "execute", self._collecting(statements, type(self.env.cr).execute)):
            leads._merchant_assign()
            self.env.flush_all()
        self.assertEqual(len([code for code in statements if code.startswith("UPDATE crm_lead")]), 1)
        self.assertFalse([code for code in statements if code.startswith('UPDATE "crm_lead"')])
        read = [code for code in statements if code.startswith("SELECT") and 'FROM "crm_lead"' in code]
        self.assertEqual(len(read), 2, "who has nobody, and which rule fits which: " + "; ".join(read))
        for table in ("crm_pool_ledger", "mail_followers"):
            self.assertEqual(len([code for code in statements if f"INSERT INTO {table}" in code.replace('"', "")]), 1)

    @staticmethod
    def _collecting(statements, execute):
        def collect(cursor, query, *args, **kwargs):
            statements.append((query.code if isinstance(query, SQL) else query).strip())
            return execute(cursor, query, *args, **kwargs)

        return collect

    def test_queries_do_not_grow_with_the_leads(self):
        # warm caches, so that the runs differ by their size only
        self.count_queries(2)
        self.count_queries(50)
        one, many, most = (self.count_queries(size) for size in (1, 50, 500))
        self.assertLessEqual(one, 60)
        self.assertLessEqual(many, one, f"queries at 1 and 50 leads: {one}, {many}")
        self.assertLessEqual(most, many, f"queries at 50 and 500 leads: {many}, {most}")
        with patch.object(type(self.env["crm.lead"]), "_pool_bulk_allowed", lambda *_args: False):
            many, most = self.count_queries(50), self.count_queries(500)
        self.assertLessEqual((most - many) / 450, 0.04, f"queries by the ORM at 50 and 500: {many}, {most}")
