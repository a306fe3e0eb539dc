import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..clients.errors import FinanceError
from ..lib.vault import VaultError
from ..models.account_move import SENT
from ..models.finance_mapping import NO_RECORD, RECORD_FIELDS, Recording

# more documents than a person can look through; the rest is counted on the next run
LIMIT = 5000


class FinancePreview(models.TransientModel):
    """A dry run: puts together whatever would go out and says what would happen. It has no way to send anything."""

    _name = "finance.preview"
    _description = "Dry Run of a Finance Connection"

    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, ondelete="cascade")
    start_date = fields.Date(
        "Invoices Dated From", help="Posted invoices of this day and later that were never sent are tried too"
    )
    create_count = fields.Integer("Would Create", readonly=True)
    change_count = fields.Integer("Would Change", readonly=True)
    blocked_count = fields.Integer("Blocked", readonly=True)
    summary = fields.Text(readonly=True)
    line_ids = fields.One2many("finance.preview.line", "preview_id", readonly=True)
    missing_ids = fields.One2many("finance.preview.missing", "preview_id")
    missing_count = fields.Integer("Missing Codes", readonly=True)
    is_cut = fields.Boolean(readonly=True)
    cut_message = fields.Text("Not Everything", compute="_compute_cut_message")

    mended_count = fields.Integer("Ready to Send Again", readonly=True)

    @api.depends("connection_id")
    def _compute_display_name(self):
        for preview in self:
            preview.display_name = self.env._("Dry Run: %(name)s", name=preview.connection_id.name)

    @api.depends("is_cut")
    def _compute_cut_message(self):
        text = self.env._(
            "There is more than was tried: at most %(count)s waiting documents and as many invoices. Mend these, then try "
            "again.",
            count=LIMIT,
        )
        for preview in self:
            preview.cut_message = text if preview.is_cut else False

    # -- buttons ----------------------------------------------------------------------------

    def action_run(self):
        """Tries again, for example after codes were entered."""
        self.ensure_one()
        self.connection_id._check_operator(clerk=True)
        self._fill()
        return self._open()

    def action_save_missing(self):
        """Makes mappings of the numbers that were entered, and tries again."""
        self.ensure_one()
        self.connection_id._check_operator(clerk=True)
        self.missing_ids.filtered("number")._save()
        self._fill()
        return self._open()

    def action_read_codes(self):
        self.ensure_one()
        notice = self.connection_id.action_read_codes()
        if notice["params"]["type"] == "success":
            self._fill()
            notice["params"]["next"] = self._open()
        return notice

    def action_retry(self):
        """Tries for good again what was refused only for want of a code that is there now."""
        self.ensure_one()
        rows = self._get_mended()
        if rows:
            rows.action_retry()
        self._fill()
        return self._open()

    def _get_mended(self):
        """Rows that were refused only for want of a code that is there now."""
        rows = self.env["finance.outbox"].search(
            [("connection_id", "=", self.connection_id.id), ("state", "=", "rejected"),
             ("error_code", "=", "mapping_missing")]
        )  # fmt: skip
        good = set(self.line_ids.filtered(lambda line: line.verdict != "blocked").mapped("outbox_id"))
        return rows.filtered(lambda row: row.id in good)

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dry Run"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
        }

    # -- the trial --------------------------------------------------------------------------

    def _fill(self):
        """Writes the verdict on each document; reads the database only."""
        self.ensure_one()
        connection = self.connection_id.sudo()
        recording = Recording()
        self.line_ids.unlink()
        self.missing_ids.unlink()
        try:
            adapter = connection.with_context(finance_recording=recording)._adapter()
        except (FinanceError, VaultError) as error:
            raise UserError(connection.with_env(self.env)._error_sentence(error)) from None
        lines, needed = [], {}
        own = connection.company_id.currency_id.id
        currencies = {
            currency.name: currency.id for currency in self.env["res.currency"].search([("active", "=", True)])
        }
        for document in self._get_documents(connection):
            missing, error = self._try(adapter, recording, document)
            for code in missing:
                needed.setdefault(code, []).append(document["name"])
            vals = self._prepare_line_vals(document, missing, error)
            lines.append({**vals, "currency_id": currencies.get(document["values"].get("currency"), own)})
        missing_vals = self._prepare_missing_vals(needed) + self._customers_there(lines)
        counts = {
            verdict: sum(line["verdict"] == verdict for line in lines) for verdict in ("create", "change", "blocked")
        }
        self.write(
            {
                "line_ids": [(0, 0, vals) for vals in lines],
                "missing_ids": [(0, 0, vals) for vals in missing_vals],
                "missing_count": len(missing_vals),
                "is_cut": self._is_cut(connection),
                **{f"{verdict}_count": count for verdict, count in counts.items()},
                "summary": self._summarise(counts, lines),
            }
        )
        self.mended_count = len(self._get_mended())

    def _summarise(self, counts, lines):
        text = self.env._(
            "It would create %(create)s, change %(change)s; %(blocked)s are blocked. Nothing was sent.", **counts
        )
        reasons = dict.fromkeys(line["reason"] for line in lines if line["verdict"] == "blocked")
        return "\n".join([text, *list(reasons)[:3]])

    def _get_documents(self, connection):
        """What waits, and what switching on from ``start_date`` would put there: list of dict."""
        outbox = self.env["finance.outbox"].sudo()
        rows = outbox.search(self._get_rows_domain(connection), limit=LIMIT, order="id")
        documents = [
            {
                "operation": row.operation, "kind": row.kind, "res_model": row.res_model, "res_id": row.res_id,
                "name": row.res_name, "number": row.number, "outbox_id": row.id, "row": row,
                "values": json.loads(row.values_text),
            }
            for row in rows
        ]  # fmt: skip
        moves = self._get_moves(connection)
        known = {row.res_id for row in rows if row.operation == "customer"}
        partners = moves.commercial_partner_id.filtered(lambda partner: partner.id not in known)
        bound = self.env["finance.binding"]._numbers(connection, "res.partner", partners.ids, "customer")
        new = partners.filtered(lambda partner: partner.id not in bound)
        parts = [("customer", new)]
        parts += [(operation, moves.filtered(lambda m, t=kind: m.move_type == t)) for kind, operation in SENT.items()]
        for operation, records in parts:
            rules = outbox._operations()[operation]
            for record_id, values in getattr(records, rules.builder)().items():
                record = records.browse(record_id)
                documents.append(
                    {
                        "operation": operation, "kind": rules.kind, "res_model": rules.model, "res_id": record_id,
                        "name": record.display_name, "outbox_id": 0, "row": outbox, "values": values,
                        "number": rules.number.format(prefix=connection.number_prefix, id=record_id),
                    }
                )  # fmt: skip
        return documents

    def _is_cut(self, connection):
        """Whether there is more than was tried."""
        waiting = self.env["finance.outbox"].sudo().search_count(self._get_rows_domain(connection), limit=LIMIT + 1)
        domain = self._get_moves_domain(connection)
        return waiting > LIMIT or (
            domain and self.env["account.move"].sudo().search_count(domain, limit=LIMIT + 1) > LIMIT
        )

    def _get_rows_domain(self, connection):
        return [("connection_id", "=", connection.id), ("state", "not in", ("done", "sending")),
                ("error_code", "!=", "withdrawn")]  # fmt: skip

    def _get_moves(self, connection):
        """Posted documents that are not in the outbox."""
        moves = self.env["account.move"].sudo()
        domain = self._get_moves_domain(connection)
        if not domain:
            return moves
        return (
            moves.search(domain, limit=LIMIT, order="date, id")
            .with_company(connection.company_id)
            ._finance_to_send(connection)
        )

    def _get_moves_domain(self, connection):
        """None while no day of the start is known."""
        start = self.start_date or connection.start_date
        if not start:
            return None
        known = (
            self.env["finance.outbox"]
            .sudo()
            ._search(
                [
                    ("connection_id", "=", connection.id),
                    ("res_model", "=", "account.move"),
                    ("error_code", "!=", "withdrawn"),
                ]
            )
        )
        return [("company_id", "=", connection.company_id.id), ("state", "=", "posted"), ("date", ">=", start),
                ("move_type", "in", list(SENT)), ("id", "not in", known.subselect("res_id"))]  # fmt: skip

    def _try(self, adapter, recording, document):
        """(what has no number, sentence of what else is wrong)"""
        rules = self.env["finance.outbox"]._operations()[document["operation"]]
        values = {**document["values"], "number": document["number"]}
        if rules.needs:
            # its real number is not known before it is there
            values[rules.needs_value] = "?"
        connection = self.connection_id
        try:
            adapter.build(document["kind"], values)
        except FinanceError as error:
            return recording.take(), connection._error_sentence(error)
        row = document["row"]
        missing = recording.take()
        mended = row.error_code == "mapping_missing" and not missing
        if row.state in ("rejected", "dead") and not mended:
            return missing, row.last_error
        return missing, ""

    def _prepare_line_vals(self, document, missing, error):
        verdict, reason = "create", ""
        if document["operation"] == "customer_update":
            verdict = "change"
        if missing:
            names = ", ".join(self._name_of(kind, key) for kind, key in sorted(missing))
            verdict, reason = "blocked", self.env._("No number over there for %(names)s", names=names)
        elif error:
            verdict, reason = "blocked", error
        amount = document["values"].get("amount_total")
        return {
            "verdict": verdict,
            "kind": document["kind"],
            "name": document["name"],
            "number": document["number"],
            "amount": float(amount) if amount else 0.0,
            "reason": reason,
            "res_model": document["res_model"],
            "res_id": document["res_id"],
            "outbox_id": document["outbox_id"],
        }

    def _name_of(self, kind, key):
        if key == NO_RECORD or not key:
            kinds = dict(self.env["finance.mapping"]._fields["kind"]._description_selection(self.env))
            return self.env._("nothing (%(kind)s is empty)", kind=kinds.get(kind, kind))
        return self.env["finance.mapping"].sudo()._name_of_key(key)

    # -- what is missing --------------------------------------------------------------------

    def _prepare_missing_vals(self, needed):
        mapping = self.env["finance.mapping"].sudo()
        offered = self._codes_by_name()
        vals_list = []
        for (kind, key), documents in sorted(needed.items(), key=lambda item: -len(item[1])):
            if kind not in RECORD_FIELDS or key == NO_RECORD or not key:
                continue
            record = mapping._record_of_key(key)
            texts = [key] if record is None else [record.display_name, record[record._rec_name or "display_name"]]
            if kind == "product" and record:
                texts.append(record.default_code)
            found = next((offered[kind, text] for text in texts if text and (kind, text) in offered), False)
            vals_list.append(
                {
                    "kind": kind,
                    "key": key,
                    "name": mapping._name_of_key(key),
                    "document_count": len(documents),
                    "number": found,
                    "is_offered": bool(found),
                }
            )
        return vals_list

    def _codes_by_name(self):
        """{(kind, number or name over there): number}; a name that two carry names none."""
        codes, twice = {}, set()
        for code in self.env["finance.code"].sudo().search([("connection_id", "=", self.connection_id.id)]):
            for text in {code.name, code.number} - {False}:
                if (code.kind, text) in codes:
                    twice.add((code.kind, text))
                codes[code.kind, text] = code.number
        return {key: number for key, number in codes.items() if key not in twice}

    def _customers_there(self, lines):
        """New customers whose name stands over there already: sending them would make them twice."""
        offered = self._codes_by_name()
        vals_list = []
        for line in lines:
            found = offered.get(("customer", line["name"])) if line["kind"] == "customer" else None
            if found and line["verdict"] == "create":
                line.update(
                    verdict="blocked",
                    reason=self.env._("%(name)s is there already as %(number)s", name=line["name"], number=found),
                )
                vals_list.append(
                    {
                        "kind": "customer",
                        "key": f"res.partner,{line['res_id']}",
                        "name": line["name"],
                        "document_count": 1,
                        "number": found,
                        "is_offered": True,
                    }
                )
        return vals_list
