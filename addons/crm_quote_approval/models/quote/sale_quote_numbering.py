from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# a number that is taken already (imported, typed by hand) is passed over; so many in a row are a mistake in the rule
MOST_TAKEN = 1000


class SaleQuoteNumbering(models.Model):
    """How a company numbers its new quotes, put together from parts in a form.

    The counter is a sequence of Odoo: it never gives the same number twice, and leaves a gap where a quote was not
    saved after all. Existing orders keep their numbers, whatever becomes of the rule.
    """

    _name = "sale.quote.numbering"
    _description = "Quote Numbering"
    _inherit = ["mail.thread"]
    _order = "company_id, id"

    name = fields.Char(required=True, default=lambda self: self.env._("Quote numbers"))
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    active = fields.Boolean(default=False, readonly=True, copy=False, tracking=True)
    part_ids = fields.One2many("sale.quote.numbering.part", "numbering_id", "Parts", copy=True)
    code_ids = fields.One2many("sale.quote.numbering.code", "numbering_id", "Codes of Salespeople", copy=True)
    reset = fields.Selection(
        [("never", "Never"), ("year", "Every Year"), ("month", "Every Month")],
        "Counter Begins Anew",
        required=True,
        default="year",
        tracking=True,
    )
    version_prefix = fields.Char(
        "Before the Version", default="V", tracking=True, help="V2, R2, Rev. 2: what stands before the number"
    )
    version_from = fields.Selection(
        [("first", "From the first version"), ("second", "From the second version")],
        "Version on the Paper",
        required=True,
        default="first",
        tracking=True,
    )
    sequence_id = fields.Many2one("ir.sequence", readonly=True, copy=False, ondelete="restrict")
    # the period that counts at present; who begins a new one writes it, so that two who do so at once do it once
    period = fields.Char(readonly=True, copy=False)
    preview = fields.Char("Next Number", compute="_compute_preview")

    _one_active = models.UniqueIndex(
        "(company_id) WHERE active", "This company has a numbering that is on. Turn it off first."
    )

    @api.depends("part_ids", "part_ids.kind", "part_ids.text", "part_ids.digits", "part_ids.sequence")
    @api.depends("code_ids.code", "code_ids.user_id", "reset", "version_prefix", "version_from")
    def _compute_preview(self):
        for rule in self:
            counter = rule._counter_preview()
            number = rule._compose(rule.env["sale.order"], rule.env.user, rule._today(), counter)
            rule.preview = f"{number} · {number} {rule.version_prefix or 'V'}2" if number else False

    @api.constrains("part_ids", "reset")
    def _check_parts(self):
        for rule in self:
            kinds = rule.part_ids.mapped("kind")
            if kinds.count("counter") != 1:
                raise ValidationError(self.env._("A numbering has exactly one counter among its parts."))
            if rule.reset == "year" and not {"year", "year2"} & set(kinds):
                raise ValidationError(
                    self.env._(
                        "A counter that begins anew every year needs the year among the parts, or numbers repeat."
                    )
                )
            if rule.reset == "month" and not ({"year", "year2"} & set(kinds) and "month" in kinds):
                raise ValidationError(
                    self.env._("A counter that begins anew every month needs year and month among the parts.")
                )

    # -- the switch ----------------------------------------------------------------------------------------------

    def action_turn_on(self):
        """New quotes of the company get their numbers from this rule from now on.

        :raises AccessError: for somebody who may not write the rule
        :raises UserError: another rule of the company is on
        """
        self.check_access("write")
        for rule in self:
            other = self.search([("company_id", "=", rule.company_id.id), ("id", "!=", rule.id)], limit=1)
            if other:
                raise UserError(self.env._("%(name)s is on for this company. Turn it off first.", name=other.name))
            rule._check_parts()
            rule.active = True
        return True

    def action_turn_off(self):
        """Odoo's own numbers from now on."""
        self.check_access("write")
        self.active = False
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        if any(rule.active for rule in self):
            raise UserError(self.env._("This numbering is on. Turn it off first."))

    # -- numbers ---------------------------------------------------------------------------------------------------

    @api.model
    def _of_company(self, company):
        """The rule that is on for ``company``; an empty set without one."""
        return self.search([("company_id", "=", company.id)], limit=1) if company else self.browse()

    def _today(self):
        return self.company_id._merchant_today()

    def _next_number(self, order):
        """The next number for ``order`` (superuser); one that stands on an order already is passed over."""
        self.ensure_one()
        day = self._today()
        for _try in range(MOST_TAKEN):
            number = self._compose(order, order.user_id, day, self._counter_next(day))
            if not order.search_count([("name", "=", number), ("company_id", "=", self.company_id.id)], limit=1):
                return number
        raise UserError(self.env._("The next %(count)s numbers are all taken. Change the numbering.", count=MOST_TAKEN))

    def _compose(self, order, user, day, counter):
        return "".join(part._text(order, user, day, counter) for part in self.part_ids.sorted("sequence"))

    def _counter_period(self, day):
        """(first day, last day) in which the counter runs on; None where it always does."""
        if self.reset == "year":
            return day.replace(month=1, day=1), day.replace(month=12, day=31)
        if self.reset == "month":
            first = day.replace(day=1)
            return first, first + relativedelta(months=1) - timedelta(days=1)
        return None

    def _counter_next(self, day):
        sequence = self._counter_sequence()
        period = self._counter_period(day)
        if not period:
            return int(sequence._next_do())
        if self.period != str(period):
            # a second one at the same moment fails here and is tried again by Odoo, and then finds the range
            self.period = str(period)
            self.flush_recordset(["period"])
        return int(self._counter_range(sequence, period)._next())

    def _counter_range(self, sequence, period):
        ranges = self.env["ir.sequence.date_range"].sudo()
        found = ranges.search(
            [("sequence_id", "=", sequence.id), ("date_from", "=", period[0]), ("date_to", "=", period[1])], limit=1
        )
        return found or ranges.create({"sequence_id": sequence.id, "date_from": period[0], "date_to": period[1]})

    def _counter_sequence(self):
        if not self.sequence_id:
            self.sudo().sequence_id = (
                self.env["ir.sequence"]
                .sudo()
                .create(
                    {
                        "name": f"{self.name} ({self.company_id.name})",
                        "code": f"sale.quote.numbering.{self.id}",
                        "company_id": self.company_id.id,
                        "use_date_range": True,
                        "padding": 0,
                    }
                )
            )
        return self.sudo().sequence_id

    def _counter_preview(self):
        """What the counter says next, without taking it."""
        sequence = self.sudo().sequence_id
        if not sequence:
            return 1
        period = self._counter_period(self._today())
        if not period:
            sequence.invalidate_recordset(["number_next_actual"])
            return sequence.number_next_actual
        ranges = self.env["ir.sequence.date_range"].sudo()
        found = ranges.search(
            [("sequence_id", "=", sequence.id), ("date_from", "=", period[0]), ("date_to", "=", period[1])], limit=1
        )
        found.invalidate_recordset(["number_next_actual"])
        return found.number_next_actual if found else 1
