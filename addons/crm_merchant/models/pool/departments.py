from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain


class CrmPool(models.Model):
    """Whole departments as members: each person of them has a row of his own, so that caps and duty are his."""

    _inherit = "crm.pool"

    department_ids = fields.Many2many(
        "hr.department",
        "crm_pool_department_rel",
        "crm_pool_id",
        "department_id",
        string="Departments",
        help="Everybody in them and in the departments below is a member. Who joins or leaves one follows within an hour.",
    )

    def _watched_fields(self):
        return {**super()._watched_fields(), "department_ids": "_departments_written"}

    def _departments_written(self, _before):
        self._departments_expand()

    def _get_department_people_domain(self):
        """Domain of the employees of the departments of one pool."""
        self.ensure_one()
        return Domain("department_id", "child_of", self.department_ids.ids) & Domain("user_id.share", "=", False)

    @api.model
    def _cron_departments(self):
        """Brings the members of every pool with departments up to date."""
        rows = self.env["crm.pool.member"].sudo()._read_group([("department_id", "!=", False)], ["pool_id"])
        named = self.sudo().search([("department_ids", "!=", False)])
        (named | self.browse([pool.id for (pool,) in rows]).sudo())._departments_expand()

    def _departments_expand(self):
        """Gives each person of the departments his row; who came by a department and left it loses it.

        A row that somebody wrote by hand stays, whatever the departments say.
        """
        Member = self.env["crm.pool.member"].sudo()
        for pool in self.sudo():
            wanted = {}
            if pool.department_ids:
                # whom a department leads is found whichever company is chosen
                people = self.env["hr.employee"].sudo().search(pool._get_department_people_domain())
                wanted = {person.user_id: person.department_id for person in people}
            rows = Member.search([("pool_id", "=", pool.id)])
            rows.filtered(lambda row, wanted=wanted: row.department_id and row.user_id not in wanted).unlink()
            missing = wanted.keys() - set(rows.exists().user_id)
            by_department = defaultdict(list)
            for user in sorted(missing, key=lambda user: user.id):
                by_department[wanted[user]].append(user)
            for department, users in by_department.items():
                made = Member.create([{"pool_id": pool.id, "user_id": user.id} for user in users])
                made._through_door("department_id").write({"department_id": department.id})


class CrmPoolMember(models.Model):
    _inherit = "crm.pool.member"

    department_id = fields.Many2one(
        "hr.department",
        "Through Department",
        readonly=True,
        ondelete="set null",
        help="Empty: named by hand, and stays",
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {"department_id"}
