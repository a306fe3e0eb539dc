import operator as python_operator

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# what is compared, by kind of value
NUMBER, FLAG, CHOICE, RECORDS = "number", "flag", "choice", "records"
COMPARISONS = {
    ">": python_operator.gt,
    ">=": python_operator.ge,
    "<": python_operator.lt,
    "<=": python_operator.le,
    "=": python_operator.eq,
    "!=": python_operator.ne,
}
OPERATORS = {
    NUMBER: (">", ">=", "<", "<=", "=", "!="),
    FLAG: ("=", "!="),
    CHOICE: ("=", "!="),
    RECORDS: ("in", "not in"),
}
DIGITS = 6


class ApprovalPolicyCondition(models.Model):
    """One row of field, operator and value that decides whether a policy, or one of its steps, is for a paper.

    What a paper says to a field comes from ``_approval_measure()`` of its model; nobody types code.
    """

    _name = "crm.approval.policy.condition"
    _inherit = ["crm.approval.policy.part"]
    _description = "Approval Condition"
    _order = "id"

    policy_id = fields.Many2one(
        "crm.approval.policy",
        compute="_compute_policy_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="cascade",
    )
    step_id = fields.Many2one("crm.approval.policy.step", index="btree_not_null", ondelete="cascade")
    measure = fields.Selection(
        [
            ("amount", "Amount with Tax"),
            ("discount", "Discount (%)"),
            ("margin", "Margin (%)"),
            ("payment_days", "Days until the Last Payment"),
            ("payment_term", "Payment Terms"),
            ("product", "Product"),
            ("category", "Product Category"),
            ("grade", "Grade of the Customer"),
            ("region", "Region of the Customer"),
            ("new_customer", "New Customer"),
            ("credit_over", "Credit Limit Exceeded"),
            ("credit_unknown", "Credit Unknown or Stale"),
            ("go_no_go", "Go/No-Go Strip Asks for a Step"),
        ],
        "Field",
        required=True,
        default="discount",
    )
    kind = fields.Char(compute="_compute_kind")
    operator = fields.Selection(
        [
            (">", "is more than"),
            (">=", "is at least"),
            ("<", "is less than"),
            ("<=", "is at most"),
            ("=", "is"),
            ("!=", "is not"),
            ("in", "is one of"),
            ("not in", "is none of"),
        ],
        required=True,
        default=">",
    )
    number = fields.Float("Value", digits=(16, 2))
    flag = fields.Selection([("yes", "Yes"), ("no", "No")], "Yes or No", default="yes")
    grade = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")])
    payment_term_ids = fields.Many2many("account.payment.term", string="Payment Terms")
    product_ids = fields.Many2many("product.product", string="Products")
    category_ids = fields.Many2many("product.category", string="Categories", help="With those below them")
    region_ids = fields.Many2many("crm.region", string="Regions", help="With those below them")
    value_text = fields.Char("Compared with", compute="_compute_value_text")

    @api.depends("step_id.policy_id")
    def _compute_policy_id(self):
        for condition in self:
            condition.policy_id = condition.step_id.policy_id or condition.policy_id

    # -- what each field is compared with ------------------------------------------------------------

    @api.model
    def _measure_kinds(self):
        """measure -> (kind of value, name of the field of this model that holds it)."""
        return {
            "amount": (NUMBER, "number"),
            "discount": (NUMBER, "number"),
            "margin": (NUMBER, "number"),
            "payment_days": (NUMBER, "number"),
            "payment_term": (RECORDS, "payment_term_ids"),
            "product": (RECORDS, "product_ids"),
            "category": (RECORDS, "category_ids"),
            "grade": (CHOICE, "grade"),
            "region": (RECORDS, "region_ids"),
            "new_customer": (FLAG, "flag"),
            "credit_over": (FLAG, "flag"),
            "credit_unknown": (FLAG, "flag"),
            "go_no_go": (FLAG, "flag"),
        }

    def _kind_and_field(self):
        self.ensure_one()
        return self._measure_kinds()[self.measure]

    @api.depends("measure")
    def _compute_kind(self):
        kinds = self._measure_kinds()
        for condition in self:
            condition.kind = kinds[condition.measure][0] if condition.measure else False

    @api.depends("measure", "number", "flag", "grade", "payment_term_ids", "product_ids", "category_ids", "region_ids")
    def _compute_value_text(self):
        kinds = self._measure_kinds()
        for condition in self:
            text = ""
            if condition.measure:
                kind, name = kinds[condition.measure]
                value = condition[name]
                if kind == RECORDS:
                    text = ", ".join(value.sudo().mapped("display_name"))
                elif kind == NUMBER:
                    text = f"{value:,.2f}".rstrip("0").rstrip(".")
                else:
                    text = dict(self._fields[name]._description_selection(self.env)).get(value, "")
            condition.value_text = text

    @api.depends("measure", "operator", "value_text")
    def _compute_display_name(self):
        measures = dict(self._fields["measure"]._description_selection(self.env))
        operators = dict(self._fields["operator"]._description_selection(self.env))
        for condition in self:
            condition.display_name = " ".join(
                [
                    measures.get(condition.measure, ""),
                    operators.get(condition.operator, ""),
                    condition.value_text or "",
                ]
            ).strip()

    @api.onchange("measure")
    def _onchange_measure(self):
        if self.measure and self.operator not in OPERATORS[self._kind_and_field()[0]]:
            self.operator = OPERATORS[self._kind_and_field()[0]][0]

    @api.constrains(
        "measure", "operator", "flag", "grade", "payment_term_ids", "product_ids", "category_ids", "region_ids",
        "policy_id",
    )  # fmt: skip
    def _check_row(self):
        for condition in self:
            kind, name = condition._kind_and_field()
            if condition.operator not in OPERATORS[kind]:
                raise ValidationError(
                    self.env._(
                        "“%(row)s” compares what cannot be compared that way. Choose another operator.",
                        row=condition.display_name,
                    )
                )
            if kind != NUMBER and not condition[name]:
                raise ValidationError(
                    self.env._("“%(row)s” names no value to compare with.", row=condition.display_name)
                )
            if condition.measure not in self.env[condition.policy_id.res_model]._approval_measures():
                raise ValidationError(
                    self.env._(
                        "“%(row)s” cannot be asked of %(papers)s.",
                        row=condition.display_name,
                        papers=self.env["ir.model"]._get(condition.policy_id.res_model).name,
                    )
                )

    # -- is it so? -------------------------------------------------------------------------------------

    def _holds(self, asked):
        """Whether the paper fulfils this row.

        :param asked: function ``measure -> value``, None for what does not apply to the paper: then no row holds
        """
        self.ensure_one()
        kind, name = self._kind_and_field()
        value = asked(self.measure)
        if value is None:
            return False
        wanted = self[name]
        if kind == RECORDS:
            if self.measure in ("category", "region"):
                wanted = wanted.search([("id", "child_of", wanted.ids)])
            found = bool(value & wanted)
            return found if self.operator == "in" else not found
        if kind == FLAG:
            wanted = wanted == "yes"
        if kind == NUMBER:
            value, wanted = round(value, DIGITS), round(wanted, DIGITS)
        return COMPARISONS[self.operator](value, wanted)
