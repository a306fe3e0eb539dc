from xml.sax.saxutils import escape

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

ENGLISH = "en_US"


class SaleOrder(models.Model):
    """What makes a paper an issued one: number and version, the approval with its code, two languages, the trace of
    the internal copy."""

    _inherit = "sale.order"

    paper_bilingual = fields.Boolean(
        "Chinese and English", groups="base.group_user", help="The printed quotation carries English beside Chinese"
    )

    # -- number and version ------------------------------------------------------------------------------------

    def _paper_version_suffix(self, number):
        """How a version is written: by the company's numbering, else ``V2``."""
        self.ensure_one()
        rule = self.env["sale.quote.numbering"].sudo()._of_company(self.sudo().company_id)
        return f"{rule.version_prefix or 'V'}{number}" if number else ""

    def _paper_version_text(self, number=None):
        """Number and version of the paper, as they are printed; by default of its last version."""
        self.ensure_one()
        if number is None:
            number = self._last_version().number
        rule = self.env["sale.quote.numbering"].sudo()._of_company(self.sudo().company_id)
        if not number or (number == 1 and rule.version_from == "second"):
            return self.name or ""
        return f"{self.name} {self._paper_version_suffix(number)}"

    # -- approved ------------------------------------------------------------------------------------------------

    def _paper_day(self, moment):
        """The day of ``moment`` where the company is."""
        return self.company_id._merchant_today(moment)

    def _paper_approval(self):
        """``approved``, ``version`` and ``code`` of the version that is in effect; empty without an approval."""
        self.ensure_one()
        order = self.sudo()
        version = order._last_version()
        if not version or not version.approved_at or not order._approval_is_current():
            return {}
        return {
            "approved": format_date(self.env, self._paper_day(version.approved_at)),
            "version": self._paper_version_suffix(version.number),
            "code": version._code(),
        }

    # -- two languages ---------------------------------------------------------------------------------------------

    def _paper_english(self, text):
        """``text`` where the paper speaks English beside Chinese, else nothing. Its terms are not for translation."""
        return text if self.sudo().paper_bilingual and (self.env.lang or "").startswith("zh") else ""

    def _paper_english_line(self, line):
        """The English name of a line's product, where it says something else than the line itself."""
        if not self._paper_english("x") or not line.product_id:
            return ""
        name = line.sudo().product_id.with_context(lang=ENGLISH, display_default_code=False).display_name
        return "" if name in (line.name or "") else name

    def _paper_english_amount(self):
        """The total in English words; empty where the paper speaks one language."""
        if not self._paper_english("x"):
            return ""
        currency = self.sudo().currency_id.with_context(lang=ENGLISH)
        return f"{currency.name} {currency.amount_to_text(abs(self.amount_total))}"

    # -- shared and internal copies --------------------------------------------------------------------------------

    @api.model
    def _paper_shared_text(self, share):
        """What stands over a paper that was opened by a shared link: for whom, and when it was opened."""
        day = format_date(self.env, share._today(), date_format="yyyy-MM-dd")
        return f"{share.recipient} {day}"

    def _paper_shared_watermark(self):
        """CSS with the name of him for whom the link was made; nothing on an ordinary paper."""
        words = self.env.context.get("crm_quote_shared")
        if not isinstance(words, str) or not words:
            return ""
        return self._paper_background(escape(words[:80]), "#555", 24)

    def _paper_trace(self):
        """Who signed what, with his words; only on the internal copy, and never for somebody outside.

        :return: list of (step, name, decision, moment, words)
        """
        self.ensure_one()
        if self.env.user.share:
            raise AccessError(self.env._("The internal copy is for employees."))
        self.check_access("read")
        states = dict(self.env["crm.approval.task"]._fields["state"]._description_selection(self.env))
        rows = []
        # each submit for itself, the older one first
        tasks = self.sudo().approval_task_ids
        for task in tasks.sorted(lambda task: (task.request_id.id, task.round, task.step_no, task.id)):
            if task.state in ("cancelled", "waiting"):
                continue
            moment = fields.Datetime.context_timestamp(self, task.decided_at) if task.decided_at else None
            name = (task.decided_by_id or task.user_id).name
            rows.append(
                (
                    task.step_name or "",
                    name
                    if task.principal_id in (task.user_id, task.decided_by_id)
                    else f"{name} ({task.principal_id.name})",
                    states.get(task.state, ""),
                    moment.strftime("%Y-%m-%d %H:%M") if moment else "",
                    task.comment or "",
                )
            )
        return rows
