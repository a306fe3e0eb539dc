from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.sql import column_exists, create_column

GRADES = [("A", "A"), ("B", "B"), ("C", "C")]


class PoolMixin(models.AbstractModel):
    """How promising a record is. A is high intent: it is answered first and held shortest without follow-up."""

    _inherit = "crm.pool.mixin"

    merchant_grade = fields.Selection(
        GRADES,
        "Grade",
        default="C",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="A: high intent. Decides how fast a lead must be answered and how long it may lie without follow-up",
    )

    def _auto_init(self):
        # created empty, or installing would write the default into every row
        if not self._abstract and not column_exists(self.env.cr, self._table, "merchant_grade"):
            create_column(self.env.cr, self._table, "merchant_grade", "varchar")
        return super()._auto_init()

    def _guarded_fields(self):
        return super()._guarded_fields() | {"merchant_grade"}

    def _grade_set(self, grade, why):
        """Door of ``merchant_grade``: writes it, the ledger and a note, and moves the clocks.

        :param grade: "A", "B" or "C"
        :param why: in words for people
        """
        changed = self.sudo().filtered(lambda record: (record.merchant_grade or "C") != grade)
        if not changed:
            return
        before = {record.id: record.merchant_grade or "C" for record in changed}
        changed._through_door("merchant_grade").with_context(mail_notrack=True).write({"merchant_grade": grade})
        rows, notes = [], {}
        for (home, user), batch in changed.grouped(lambda record: (record.pool_id, record.user_id)).items():
            rows += batch._pool_rows("grade", user, home, dict.fromkeys(batch.ids, user), why, {})
        for row in rows:
            step = f"{before[row['res_id']]} → {grade}"
            row["reason"] = f"{step}: {why}" if why else step
            notes[row["res_id"]] = self.env._("Grade %(step)s", step=row["reason"])
        self.env["crm.pool.ledger"]._ledger_append(rows)
        changed._message_log_batch(bodies=notes)
        changed._grade_changed()

    def _grade_changed(self):
        """Runs on records (superuser) whose grade was just changed."""
        self._pool_plan_if_on()

    def action_grade_set(self, grade, why=""):
        """Sets the grade; for superiors of the holder, administrators of the pool and sales administrators.

        The holder himself may not: a lower grade would let him keep the record longer.

        :param grade: "A", "B" or "C"
        :param why: needed
        """
        self.check_access("write")
        if grade not in dict(GRADES):
            raise UserError(self.env._("The grade is A, B or C."))
        if not (why or "").strip():
            raise UserError(self.env._("Say in a few words why."))
        user = self.env.user
        for record, stewards in self.sudo()._pool_stewards().items():
            own = record.user_id == user and not user.has_group("sales_team.group_sale_manager")
            if own or (user not in stewards and not user.has_group("sales_team.group_sale_manager")):
                raise AccessError(
                    self.env._("A superior of the holder, an administrator of the pool or of sales sets the grade.")
                )
        self._grade_set(grade, why.strip())
        return True
