from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..models.intake import import_bulk
from .intake_common import IntakeCase

HEADER = ["公司名称", "联系人", "手机", "省份", "线索来源", "预算", "备注", "邮箱", "网址", "标签", "信用代码"]


@tagged("post_install", "-at_install")
class TestIntakeBulk(IntakeCase):
    """Imported leads by SQL: every stored column and tag as the ORM would have written them."""

    def vals(self, count=24):
        """Values of rows of all the kinds that Odoo computes something from."""
        odd = [
            ["某境外公司", "王伟", "+1 212 555 2368", "", "官网", "", "", "", "", "", ""],
            ["", "李娜😀", "010-88886666转801", "北京", "展会", "面议", "备注<b>", "Li.Na@Example.com", "", "大客户,机床", ""],
            ["某香港有限公司", "", "+852 2345 6789", "", "", "12.8万", "", "a@gmail.com", "example.com", "", ""],
            ["大连某某机械有限公司", "陈", "", "辽宁", "官网", "30-50万", "", "info@dl.example.com", "https://a.cn", "机床",
             "91210108MA5348440B"],
            ["上海某某", "赵", "95588", "上海", "", "", "", "zhao@example", "", "", ""],
            ["某某国外厂", "John", "0049 30 901820", "", "", "", "", "j@example.de", "", "", ""],
        ]  # fmt: skip
        rows = [[*row, "", "", "", ""] for row in self.rows(count - len(odd))]
        batch = self.batch_of(odd + rows, header=HEADER)._as_importer()
        lines = batch.line_ids.filtered(lambda line: line.state == "ready").sorted("id")
        self.assertGreaterEqual(len(lines), count - 2)
        lookups = batch._prepare_lookups(lines)
        return batch.env["crm.lead"], [batch._prepare_lead_vals(line, lookups) for line in lines]

    def stored(self, leads):
        """All columns of the leads' rows and their tags, in the order in which they were created."""
        leads.env.flush_all()
        self.env.cr.execute(SQL("SELECT * FROM crm_lead WHERE id = ANY(%s) ORDER BY id", leads.ids))
        names = [column.name for column in self.env.cr.description]
        rows = [dict(zip(names, row, strict=True), id=None) for row in self.env.cr.fetchall()]
        return [{**row, "tags": lead.tag_ids.ids} for row, lead in zip(rows, leads.sorted("id"), strict=True)]

    def both_ways(self, leads, vals_list):
        """Makes equal leads by SQL and by the ORM, compares everything that is stored, and gives it back.

        The ORM one by one: of several at once with nothing to learn from, Odoo gives all but the first a chance that
        means nothing.
        """
        results, inserted = [], []
        insert = import_bulk.CrmLead._import_bulk_create

        def counting(*args):
            found = insert(*args)
            inserted.extend(found.ids)
            return found

        def one_by_one(vals_list):
            made = leads.browse()
            for vals in vals_list:
                made += leads._import_mark([vals])
                made.flush_recordset()
            return made

        for create in (leads._import_mark, one_by_one):
            self.env.flush_all()
            with patch.object(type(leads), "_import_bulk_create", counting), self.env.cr.savepoint() as savepoint:
                results.append(self.stored(create([dict(vals) for vals in vals_list])))
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(len(inserted), len(vals_list) - 1, "all but the first went by SQL, once")
        by_sql, by_orm = results
        for one, other in zip(by_sql, by_orm, strict=True):
            self.assertEqual({}, {name: (one[name], other[name]) for name in one if one[name] != other[name]})
        return by_sql

    def test_same_columns_and_tags(self):
        by_sql = self.both_ways(*self.vals())
        self.assertGreater(len({row["phone_state"] for row in by_sql}), 2)
        self.assertTrue(any(row["tags"] for row in by_sql))

    def test_same_with_regions_on(self):
        self.env["crm.region"].create(
            {"name": "华东", "code": "E", "state_ids": [(6, 0, self.env.ref("base.state_cn_JS").ids)]}
        )
        by_sql = self.both_ways(*self.vals())
        self.assertTrue(by_sql[-1]["region_id"])

    def test_same_with_chances_to_learn_from(self):
        country = self.env.ref("base.cn").id
        made = self.env["crm.lead"].create(
            [
                {"name": f"机会{n}", "type": "opportunity", "country_id": country, "phone": "13800001111"}
                for n in range(8)
            ]
        )
        made[:3].action_set_won()
        made[3:].action_set_lost()
        self.env["crm.lead"]._cron_update_automated_probabilities()
        by_sql = self.both_ways(*self.vals())
        self.assertTrue(any(row["probability"] for row in by_sql[1:]))

    def test_a_step_goes_by_sql(self):
        batch = self.batch_of(self.rows(20))
        with patch.object(type(self.env["crm.lead"]), "_import_bulk_create", side_effect=ZeroDivisionError):
            with self.assertRaises(ZeroDivisionError):
                batch.action_import()

    # -- when others have a say -------------------------------------------------------------------

    def allowed(self, leads, vals_list):
        door = leads.with_context(tracking_disable=True)
        differing = {name for name in vals_list[0] if len({repr(vals[name]) for vals in vals_list}) > 1}
        return door._import_bulk_allowed(vals_list, differing)

    def test_another_override_of_create_means_orm(self):
        leads, vals_list = self.vals()
        self.assertTrue(self.allowed(leads, vals_list))
        model_class = type(leads)
        original, created = model_class.create, []

        def create(self, vals_list):
            created.extend(vals_list)
            return original(self, vals_list)

        with patch.object(model_class, "create", create):
            self.assertFalse(self.allowed(leads, vals_list))
            self.assertEqual(len(leads._import_mark(vals_list)), len(created))

    def test_unknown_stored_fields_mean_orm(self):
        leads, vals_list = self.vals()
        field = leads._fields["user_id"]
        with patch.object(type(self.env.registry), "get_dependent_fields", lambda _registry, _field: iter([field])):
            self.assertFalse(self.allowed(leads, vals_list))

    def test_what_differs_and_decides_more_means_orm(self):
        """Stage, team, owner, customer: much hangs on them."""
        leads, vals_list = self.vals()
        stages = self.env["crm.stage"].search([], limit=2)
        vals_list[3]["stage_id"] = (stages - stages.browse(vals_list[0]["stage_id"]))[0].id
        self.assertFalse(self.allowed(leads, vals_list))
        leads, vals_list = self.vals()
        vals_list[3]["user_id"] = self.rep.id
        self.assertFalse(self.allowed(leads, vals_list))

    def test_who_is_no_superuser_creates_by_the_orm(self):
        leads, vals_list = self.vals()
        self.assertFalse(self.allowed(leads.sudo(False), vals_list))
