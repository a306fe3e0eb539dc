from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class ApprovalDelegation(models.Model):
    """Somebody signs for an absent colleague between two dates. It is not handed on: a delegate's own delegation does
    not apply to what he got by one."""

    _name = "crm.approval.delegation"
    _inherit = ["crm.remembered.mixin"]
    _description = "Approval Delegation"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users", "Absent", required=True, index=True, default=lambda self: self.env.user, ondelete="cascade"
    )
    delegate_id = fields.Many2one(
        "res.users", "Signs for Him", required=True, domain=[("share", "=", False)], ondelete="cascade"
    )
    date_from = fields.Date("From", required=True, default=lambda self: self.env.company._merchant_today())
    date_to = fields.Date("To", required=True)
    active = fields.Boolean(default=True)
    res_model = fields.Selection(
        lambda self: self.env["crm.approval.policy"]._selection_res_model(), "Only For", help="Empty: for all papers"
    )
    amount_up_to = fields.Float(
        "Up To", digits=(16, 2), help="Company currency; papers above it stay with the absent or his superior. 0: all."
    )
    reason = fields.Char()

    _dates_in_order = models.Constraint("CHECK(date_from <= date_to)", "A delegation ends after it begins.")
    _not_himself = models.Constraint("CHECK(user_id != delegate_id)", "Nobody can sign for himself.")

    @api.constrains("user_id", "delegate_id")
    def _check_people(self):
        for delegation in self:
            if delegation.delegate_id.sudo().share:
                raise ValidationError(self.env._("Only an employee can sign for somebody."))

    @api.model
    @tools.ormcache("day")
    def _ids_of_day(self, day):
        """``(id, user id)`` of the delegations that hold on a day: asked by every submit and signature, nearly always
        in vain."""
        rows = self.sudo().search([("date_from", "<=", day), ("date_to", ">=", day)])
        return tuple((row.id, row.user_id.id) for row in rows)

    @api.model
    def _delegates_today(self, users, tasks=None):
        """user -> who signs for him today, for those who have somebody. The day is that of the company, whoever asks.

        :param tasks: with tasks the key is ``(user, task)``, and only delegations that reach as far count
        """
        companies = self.env.company if tasks is None else tasks.company_id
        days = {company: company._merchant_today() for company in companies}
        ids = {
            row_id for day in set(days.values()) for row_id, user_id in self._ids_of_day(day) if user_id in users._ids
        }
        rows = self.sudo().browse(sorted(ids)).exists().filtered("delegate_id.active")
        if tasks is None:
            return {row.user_id: row.delegate_id for row in rows}
        return {
            (row.user_id, task): row.delegate_id
            for task in tasks
            for row in rows
            if row.user_id == task.principal_id
            and row.date_from <= days[task.company_id] <= row.date_to
            and row._reaches(task)
        }

    def _reaches(self, task):
        """Whether the paper of ``task`` is of the kind, and not above the amount, that was handed over."""
        self.ensure_one()
        if self.res_model and self.res_model != task.res_model:
            return False
        return not self.amount_up_to or task.currency_id.compare_amounts(task.amount, self.amount_up_to) <= 0


class ResUsers(models.Model):
    _inherit = "res.users"

    def _delegation_circle(self):
        """Those whom this user's delegation of today leads back to him, himself included; empty without a circle."""
        self.ensure_one()
        chain, user = self, self
        delegations = self.env["crm.approval.delegation"]
        while True:
            user = delegations._delegates_today(user).get(user)
            if not user:
                return self.browse()
            if user in chain:
                return chain if user == self else self.browse()
            chain |= user
