import base64
import io
from urllib.parse import quote

from PIL import Image
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from odoo import fields, models
from odoo.tools import format_amount
from odoo.tools.image import image_data_uri

from odoo.addons.crm_merchant.lib.money import MoneyError, capitals, from_float

# pixels of a QR code's module, and modules of white around it (the least that scanners ask for)
QR_PIXELS = 4
QR_MARGIN = 4


class SaleOrder(models.Model):
    """What stands on the printed quotation."""

    _inherit = "sale.order"

    # -- whether it is in effect: on every form of paper ---------------------------------------------------

    def _approval_paper(self):
        """What the printed quote says about itself.

        :return: dict: ``effective``; ``mark`` (words) and ``watermark`` (CSS) on one that is not in effect;
            ``number``, ``url`` and ``qr`` (image as data URI) of the version, where there is one and it is current
        """
        self.ensure_one()
        order = self.sudo()
        if order._approval_blocked():
            return {
                "effective": False,
                "mark": self._paper_mark(),
                "watermark": self._paper_watermark(),
                "number": 0,
                "url": "",
                "qr": "",
            }
        version = order._last_version() if order.approval_state == "approved" else order.version_ids.browse()
        url = version._verify_url() if version else ""
        return {
            "effective": True,
            "watermark": self._paper_shared_watermark(),
            "number": version.number,
            "url": url,
            "qr": self._paper_qr(url) if url else "",
        }

    def _paper_watermark(self):
        """CSS that repeats the words "not in effect" behind the text, so that no page comes without them."""
        return self._paper_background(self._paper_mark(), "#c00", 54)

    def _paper_mark(self):
        """The words on a paper that is not in effect."""
        if self.sudo().company_id.quote_expiry_active and self._expiry_is_past():
            return self.env._("Expired")
        return self.env._("Not in effect")

    def _paper_background(self, words, colour, size):
        picture = (
            "<svg xmlns='http://www.w3.org/2000/svg' width='420' height='300'>"
            f"<text x='210' y='150' text-anchor='middle' transform='rotate(-28 210 150)' font-size='{size}' "
            f"font-family='Noto Sans CJK SC, Lato, sans-serif' fill='{colour}' fill-opacity='0.13'>{words}</text></svg>"
        )
        return f"background-image: url(data:image/svg+xml;charset=utf-8,{quote(picture)}); background-repeat: repeat;"

    def _paper_qr(self, text):
        """Picture of a QR code as data URI, drawn here: Odoo's own needs a library that Debian leaves out."""
        code = QRCode(None, QRErrorCorrectLevel.M)
        code.addData(text)
        code.make()
        size = code.getModuleCount()
        image = Image.new("1", (size + 2 * QR_MARGIN,) * 2, 1)
        for row in range(size):
            for column in range(size):
                if code.isDark(row, column):
                    image.putpixel((column + QR_MARGIN, row + QR_MARGIN), 0)
        image = image.resize((image.width * QR_PIXELS,) * 2)
        stream = io.BytesIO()
        image.save(stream, format="PNG")
        return image_data_uri(base64.b64encode(stream.getvalue()))

    # -- letterhead: only for companies that switched it on -------------------------------------------------

    def _paper_letterhead(self):
        """Whether this quotation is printed with our letterhead in the page."""
        return bool(self) and self.sudo().company_id.quote_letterhead

    def _prepare_paper_vals(self):
        """What the paper with letterhead shows besides Odoo's own content; a consultant adds to it here.

        :return: dict: ``company`` (name, logo, address, contacts), ``customer`` and ``bank`` (pairs of label and text),
            ``capitals`` (amount in Chinese capitals, only for yuan), ``terms`` (name and rows of the payment terms)
        """
        self.ensure_one()
        return {
            "company": self._prepare_paper_company(),
            "customer": self._prepare_paper_customer(),
            "bank": self._prepare_paper_bank(),
            "capitals": self._paper_capitals(),
            "terms": self._prepare_paper_terms(),
        }

    def _prepare_paper_company(self):
        company = self.sudo().company_id
        contacts = [
            (self.env._("Phone"), company.phone),
            (self.env._("Email"), company.email),
            (self.env._("Website"), company.website),
            (self.env._("Tax ID"), self.sudo().fiscal_position_id.foreign_vat or company.vat),
        ]
        return {
            "name": company.name,
            # Odoo gives every company a picture that says "Your logo"
            "logo": "" if company.uses_default_logo or not company.logo else image_data_uri(company.logo),
            "address": self._paper_address(company.partner_id),
            "contacts": [row for row in contacts if row[1]],
        }

    def _prepare_paper_customer(self):
        """The customer as a Chinese paper names him; empty for addresses abroad, which Odoo writes as they want it."""
        partner = self.partner_id
        if partner.country_id.code not in (False, "CN"):
            return []
        company = partner.commercial_partner_id
        rows = [
            (self.env._("Customer"), company.name),
            (self.env._("Contact"), partner.name if partner != company else ""),
            (self.env._("Address"), self._paper_address(partner)),
            (self.env._("Tax ID"), partner.vat or company.vat),
        ]
        return [row for row in rows if row[1]]

    def _paper_address(self, partner):
        """An address in one line. Within China from the large to the small, without the country; Odoo's form for the
        country puts a comma where there is no postal code."""
        if partner.country_id.code not in (False, "CN"):
            lines = partner._display_address(without_company=True).splitlines()
        else:
            lines = [partner.zip, partner.state_id.name, partner.city, partner.street, partner.street2]
        return " ".join(line.strip() for line in lines if line and line.strip())

    def _prepare_paper_bank(self):
        company = self.sudo().company_id
        account = company._quote_bank_account(self.currency_id)
        if not account:
            return []
        rows = [
            (self.env._("Account Holder"), account.acc_holder_name or account.partner_id.name),
            (self.env._("Bank"), account.bank_id.name),
            (self.env._("Account Number"), account.acc_number),
        ]
        return [row for row in rows if row[1]]

    def _paper_capitals(self):
        """The total in Chinese capitals; empty for other currencies than yuan, and beyond what can be written."""
        if self.currency_id.name != "CNY":
            return ""
        try:
            return capitals(from_float(self.amount_total))
        except MoneyError:
            return ""

    def _prepare_paper_terms(self):
        """Payment terms as they stand on the paper.

        :return: dict with ``name`` and ``rows`` of (share, amount, when); empty without payment terms. No due dates:
            they hang on the invoice, which is not there yet.
        """
        self.ensure_one()
        term = self.sudo().payment_term_id
        if not term:
            return {}
        # Odoo's own arithmetic, so that the paper and the invoice agree to the fen; all in the quote's currency
        computed = term._compute_terms(
            date_ref=(self.date_order or fields.Datetime.now()).date(),
            currency=self.currency_id,
            company=self.company_id,
            tax_amount=self.amount_tax,
            tax_amount_currency=self.amount_tax,
            sign=1,
            untaxed_amount=self.amount_untaxed,
            untaxed_amount_currency=self.amount_untaxed,
        )["line_ids"]
        rows = []
        for line, amounts in zip(term.line_ids, computed, strict=True):
            share = f"{line.value_amount:g} %" if line.value == "percent" else ""
            amount = format_amount(self.env, amounts["foreign_amount"], self.currency_id)
            rows.append((share, amount, self._paper_term_moment(line)))
        return {"name": term.name, "rows": rows}

    def _paper_term_moment(self, line):
        if line.delay_type == "days_after":
            if not line.nb_days:
                return self.env._("on invoicing")
            return self.env._("%(days)s days after invoicing", days=line.nb_days)
        label = dict(line._fields["delay_type"]._description_selection(self.env))[line.delay_type]
        day = line.days_next_month if line.delay_type == "days_end_of_month_on_the" else ""
        return f"{line.nb_days} {label} {day}".strip()
