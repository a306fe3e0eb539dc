from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...lib.text import normalise
from .row_reader import read_amount

WORDS = ("text", "company", "job", "email", "city")
RECORDS = {"channel": "intake_channel_id", "source": "source_id", "medium": "medium_id", "campaign": "campaign_id",
           "state": "state_id", "tag": "tag_ids"}  # fmt: skip


class IntakeRule(models.Model):
    """How eager a new lead is, by what it says. The first rule that fits decides."""

    _name = "crm.intake.rule"
    _description = "Intent Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    field = fields.Selection(
        [
            ("text", "Subject and what he needs"),
            ("company", "Company name"),
            ("job", "Job position"),
            ("email", "Mail address"),
            ("budget", "Budget"),
            ("channel", "Channel"),
            ("source", "Source"),
            ("medium", "Medium"),
            ("campaign", "Campaign"),
            ("state", "Province"),
            ("city", "City"),
            ("tag", "Tag"),
        ],
        required=True,
        default="text",
    )
    operator = fields.Selection(
        [
            ("contains", "holds one of"),
            ("equals", "is one of"),
            ("at_least", "is at least"),
            ("at_most", "is at most"),
            ("filled", "is filled"),
        ],
        required=True,
        default="contains",
    )
    value = fields.Char(help="Several words by comma; amounts as 50000 or 5万")
    grade = fields.Selection(
        [("A", "A: high intent"), ("B", "B"), ("C", "C")], required=True, default="A", help="Given to the lead"
    )

    @api.depends("field", "operator", "value", "grade")
    def _compute_name(self):
        labels = {
            name: dict(self._fields[name]._description_selection(self.env)) for name in ("field", "operator", "grade")
        }
        for rule in self:
            words = (labels["field"].get(rule.field), labels["operator"].get(rule.operator), rule.value)
            rule.name = f"{' '.join(filter(None, words))} → {rule.grade}"

    @api.constrains("field", "operator", "value")
    def _check_value(self):
        for rule in self:
            amounts = rule.operator in ("at_least", "at_most")
            if amounts != (rule.field == "budget") and rule.operator != "filled":
                raise ValidationError(
                    self.env._("A budget is compared by “at least” and “at most”, everything else by words.")
                )
            if amounts and read_amount(rule.value or "") is None:
                raise ValidationError(self.env._("“%(value)s” is no amount.", value=rule.value or ""))
            if rule.operator in ("contains", "equals") and not rule._words():
                raise ValidationError(self.env._("Type at least one word to look for."))

    def _words(self):
        text = normalise(self.value or "").lower().replace("，", ",").replace("、", ",")
        return [word for word in (part.strip() for part in text.split(",")) if word]

    def _texts(self, lead):
        """What the rule looks at, in lower case."""
        if self.field in RECORDS:
            names = lead[RECORDS[self.field]].mapped("display_name")
        else:
            description = lead.description.striptags() if lead.description else ""
            names = {
                "text": [lead.name, description],
                "company": [lead.partner_name],
                "job": [lead.function],
                "email": [lead.email_from],
                "city": [lead.city],
            }[self.field]
        return [normalise(name).lower() for name in names if name]

    def _fits(self, lead):
        self.ensure_one()
        if self.field == "budget":
            amount = lead.expected_revenue
            limit = float(read_amount(self.value or "") or 0)
            return {"filled": amount > 0, "at_least": amount >= limit, "at_most": 0 < amount <= limit}[self.operator]
        texts = self._texts(lead)
        if self.operator == "filled":
            return bool(texts)
        if self.operator == "equals":
            return not set(texts).isdisjoint(self._words())
        return any(word in text for text in texts for word in self._words())

    @api.model
    def _grade(self, leads):
        """Grades new leads (superuser) by the rules of their companies."""
        rules = self.sudo().search([("company_id", "in", (leads.company_id | self.env.company).ids)])
        found = {}
        for lead in leads if rules else ():
            company = lead.company_id or self.env.company
            rule = next((rule for rule in rules if rule.company_id == company and rule._fits(lead)), None)
            if rule:
                found[rule] = found.get(rule, leads.browse()) | lead
        for rule, fitting in found.items():
            fitting._intake_grade(rule.grade, self.env._("Intent rule: %(rule)s", rule=rule.name))
