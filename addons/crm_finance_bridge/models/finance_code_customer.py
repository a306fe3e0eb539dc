"""Customers who were first made over there: bound where it is certain, offered where it is likely, else listed."""

import logging
from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_merchant.lib.company_name import company_key
from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.errors import FinanceError
from ..lib.vault import VaultError

_logger = logging.getLogger(__name__)


class FinanceCode(models.Model):
    _inherit = "finance.code"

    partner_id = fields.Many2one(
        "res.partner", "Customer Here", readonly=True, index="btree_not_null", ondelete="set null"
    )
    customer_state = fields.Selection(
        [
            ("bound", "Bound"),
            ("likely", "Likely the Same"),
            ("missing", "Missing Here"),
            ("dismissed", "Not Needed Here"),
        ],
        "State Here",
        readonly=True,
    )

    # -- finding them -----------------------------------------------------------------------

    @api.model
    def _match_customers(self, connection):
        """Binds customers over there to ours where both have the same credit code and nobody else has it; offers those
        with our reference or the same name; the others are missing here. What is bound stays bound."""
        own = [("connection_id", "=", connection.id), ("kind", "=", "customer")]
        codes = self.sudo().search_fetch([*own, ("customer_state", "in", (False, "likely", "missing"))])
        if not codes:
            return
        bindings = self.env["finance.binding"].sudo().search_fetch(own, ["number", "res_id", "res_model"])
        bound = {item.number: item.res_id for item in bindings if item.res_model == "res.partner"}
        partners = self._partners_for(codes)
        certain = self._count_credit_codes(own) if any(code.credit_code for code in codes) else {}
        for code in codes:
            if code.number in bound:
                code.write({"customer_state": "bound", "partner_id": bound[code.number]})
                continue
            same = partners["credit_code", code.credit_code] if code.credit_code else []
            if len(same) == 1 and certain[code.credit_code] == 1 and code._bind_customer(same[0], set(bound.values())):
                bound[code.number] = same[0].id
                continue
            likely = same or partners["ref", code.number] or partners["company_key", company_key(code.name or "")]
            vals = {
                "customer_state": "likely" if likely else "missing",
                "partner_id": likely[0].id if likely else False,
            }
            if (code.customer_state, code.partner_id.id) != tuple(vals.values()):
                code.write(vals)

    @api.model
    def _count_credit_codes(self, own):
        """How many customers over there have each credit code."""
        groups = self.sudo()._read_group([*own, ("credit_code", "!=", False)], ["credit_code"], ["__count"])
        return Counter(dict(groups))

    @api.model
    def _get_customer_domain(self, company):
        """Hook: domain of our records that may be customers in the books of a company."""
        return Domain("parent_id", "=", False) & Domain("company_id", "in", (False, company.id))

    @api.model
    def _partners_for(self, codes):
        """{(field, value): our customers with it} for all that these codes say, by one query."""
        said = {
            "credit_code": [code.credit_code for code in codes if code.credit_code],
            "ref": [code.number for code in codes],
            "company_key": [key for code in codes if (key := company_key(code.name or ""))],
        }
        domain = self._get_customer_domain(codes.company_id) & Domain.OR(
            [Domain(name, "in", values) for name, values in said.items()]
        )
        found = defaultdict(list)
        for partner in self.env["res.partner"].sudo().search_fetch(domain, list(said), order="id"):
            for name in said:
                if partner[name]:
                    found[name, partner[name]].append(partner)
        return found

    def _bind_customer(self, partner, bound, by_hand=False):
        """Binds one customer of ours to this number; False if he has another one, or may get one by what is on its way.

        :param bound: ids of our customers that have a number over there
        :param by_hand: a person has said that it is the same
        """
        self.ensure_one()
        if partner.id in bound:
            return False
        domain = [("connection_id", "=", self.connection_id.id), ("operation", "=", "customer"),
                  ("res_id", "=", partner.id), ("state", "!=", "done")]  # fmt: skip
        row = self.env["finance.outbox"].sudo().search(domain)
        if row and row._is_frozen():
            return False
        if row:
            words = self.connection_id._in_words()
            row._mark_done(words.env._("Found there under this number"), self.number)
        else:
            self.env["finance.binding"]._bind(
                self.connection_id, "res.partner", partner.id, "customer", number=self.number, by_hand=by_hand
            )
        self.sudo().write({"customer_state": "bound", "partner_id": partner.id})
        return True

    # -- what people do ---------------------------------------------------------------------

    def _check_customers(self, *states):
        self.connection_id._check_operator(clerk=True)
        self.check_access("read")
        codes = self.sudo()
        labels = dict(self._fields["customer_state"]._description_selection(self.env))
        for code in codes:
            if code.customer_state not in states:
                raise UserError(
                    self.env._(
                        "%(customer)s is settled already (%(state)s). Leave it out, or reload the list if somebody else "
                        "was faster.",
                        customer=code.name or code.number,
                        state=labels.get(code.customer_state, ""),
                    )
                )
        return codes

    def action_bind_customer(self):
        """The customer offered is the same as the one over there: documents name that number from now on."""
        for code in self._check_customers("likely"):
            code._bind_by_hand(code.partner_id)

    def action_open_choose_customer(self):
        """Asks which of our customers it is, where another one or none was offered."""
        self.ensure_one()
        self._check_customers("likely", "missing")
        return {
            "type": "ir.actions.act_window",
            "res_model": "finance.customer.choose",
            "name": self.env._("Choose Our Customer"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_code_id": self.id},
        }

    def action_choose_customer(self, partner_id):
        """It is this customer of ours, says a person."""
        self.ensure_one()
        codes = self._check_customers("likely", "missing")
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        if not partner.sudo().filtered_domain(self._get_customer_domain(codes.company_id)):
            raise UserError(self.env._("Choose a company of these books, not one of its contacts or addresses."))
        codes._bind_by_hand(partner.sudo())

    def _bind_by_hand(self, partner):
        numbers = self.env["finance.binding"]._numbers(self.connection_id, "res.partner", partner.ids, "customer")
        if not partner or not self._bind_customer(partner, numbers, by_hand=True):
            raise UserError(
                self.env._(
                    "%(customer)s has a number over there already, or gets one by a document that is on its way. "
                    "Two customers over there stand for one here: merge them there.",
                    customer=partner.display_name or self.name,
                )
            )

    def action_dismiss_customer(self):
        """These customers over there are no business of ours: they are offered no more, and nothing is bound."""
        self._check_customers("likely", "missing").write({"customer_state": "dismissed", "partner_id": False})

    def action_reopen_customer(self):
        """Looks at dismissed customers again."""
        codes = self._check_customers("dismissed")
        codes.write({"customer_state": False})
        for connection in codes.connection_id:
            self._match_customers(connection)

    def action_make_customer(self):
        """Makes the customer who is missing here and binds him."""
        for code in self._check_customers("missing"):
            partner = self.env["res.partner"].sudo().create(code._prepare_customer_vals())
            code._bind_customer(partner, set(), by_hand=True)

    def _prepare_customer_vals(self):
        """Hook: what is known of a customer who was made over there."""
        return {"name": self.name or self.number, "is_company": True, "vat": self.credit_code, "ref": self.number,
                "customer_rank": 1}  # fmt: skip


class FinanceConnection(models.Model):
    _inherit = "finance.connection"

    @api.model
    def _cron_customers(self):
        """Reads the customers over there every night; one connection that fails stops no other."""
        store = self.env["finance.receipt"]
        for connection in self._polled():
            try:
                found = connection._read_customers()
                self.env["finance.code"]._store(connection, connection._codes_of(found))
                self.env["finance.code"]._match_customers(connection)
            except (FinanceError, VaultError) as error:
                store._poll_failed(connection, error, self.env.cr.now().replace(microsecond=0))
            except CONFLICTS:
                # customers are being edited; the next night reads again
                store._poll_rollback()
            except Exception:
                connection._reading_broke("customers")
            store._poll_commit()

    def _read_customers(self):
        adapter = self._reading_adapter()
        self.env["finance.receipt"]._poll_commit()
        return adapter.read_codes("customer")

    def _codes_of(self, found):
        """What ``finance.code._store`` takes, of what an adapter read."""
        return [
            (code.kind, code.number, code.name, *([code.credit_code] if code.kind == "customer" else []))
            for code in found or ()
        ]
