import base64
import io
import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.adapter import DONE
from ..clients.errors import EndpointRefused, FinanceError, LoginFailed, NotSent, Unknown
from ..lib.vault import VaultError

_logger = logging.getLogger(__name__)

KEPT = timedelta(days=400)
# columns of the exported sheet that need more or less room than the others
WIDTHS = {"kind": 12, "cause": 24, "partner_id": 34, "res_name": 26, "date": 12, "currency_id": 8, "advice": 90}


class FinanceReconciliation(models.Model):
    """One comparison of our documents with theirs, made at night and kept. It says what differs and mends nothing."""

    _name = "finance.reconciliation"
    _inherit = ["crm.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Finance Reconciliation"
    _order = "id desc"

    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    date_from = fields.Date("Documents From", required=True, readonly=True)
    date_to = fields.Date("Documents To", required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("clean", "Same"), ("differs", "Differs"), ("failed", "Not Possible")],
        required=True,
        readonly=True,
        default="waiting",
    )
    finished_at = fields.Datetime("Compared", readonly=True)
    count_here = fields.Integer("Documents Here", readonly=True)
    count_there = fields.Integer("Documents There", readonly=True)
    line_count = fields.Integer("Differences", readonly=True)
    message = fields.Text(readonly=True)
    line_ids = fields.One2many("finance.reconciliation.line", "reconciliation_id", readonly=True)

    _OWN = ("connection_id", "company_id", "date_from", "date_to", "state", "finished_at", "count_here", "count_there",
            "line_count", "message")  # fmt: skip

    def _guarded_fields(self):
        return super()._guarded_fields() | set(self._OWN)

    @api.depends("connection_id", "date_from", "date_to")
    def _compute_display_name(self):
        for run in self:
            run.display_name = f"{run.connection_id.name} {run.date_from} – {run.date_to}"

    # -- the night --------------------------------------------------------------------------

    @api.model
    def _cron_reconcile(self):
        """Compares every connection that is on, and what people asked for; one that fails stops no other."""
        connections = self.env["finance.connection"].sudo().search([("state", "=", "on"), ("stop_reason", "=", False)])
        self.env["finance.connection"].sudo().search([("state", "=", "on")])._pass_on_todos()
        asked = self.sudo().search([("state", "=", "waiting")])
        runs = asked
        for connection in connections:
            today = connection.company_id._merchant_today()
            done = self.sudo().search_count(
                [("connection_id", "=", connection.id), ("date_to", "=", today), ("state", "in", ("clean", "differs"))],
                limit=1,
            )
            if not done and connection not in asked.connection_id:
                runs += self._open(connection, today.replace(day=1) - relativedelta(months=1), today)
        self.sudo().search([("finished_at", "<", self.env.cr.now() - KEPT)]).unlink()
        left = self._run_commit()
        for run in runs:
            if not left:
                self.env.ref("crm_finance_bridge.cron_reconcile").sudo()._trigger()
                return
            try:
                run.with_company(run.company_id)._run()
            except CONFLICTS:
                self._run_rollback()
            except Exception:
                _logger.warning("reconciliation %s", run.id, exc_info=True)
                self._run_rollback()
                run._close(
                    "failed", run.connection_id._in_words().env._("The comparison stopped at something unexpected.")
                )
            left = self._run_commit()

    def _run_commit(self):
        """Seconds left for this run; commits."""
        return self.env["ir.cron"]._commit_progress(1)

    def _run_rollback(self):
        self.env.cr.rollback()

    @api.model
    def _open(self, connection, date_from, date_to):
        """The door: a comparison that waits for the job."""
        if connection.start_date:
            date_from = max(date_from, connection.start_date)
        vals = {
            "connection_id": connection.id,
            "company_id": connection.company_id.id,
            "date_from": min(date_from, date_to),
            "date_to": date_to,
            "state": "waiting",
        }
        return self.sudo()._through_door(*vals).create(vals).with_env(self.sudo().env)

    def _run(self):
        """Reads all of theirs, then compares in one transaction."""
        self.ensure_one()
        connection = self.connection_id
        words = connection._in_words()
        try:
            adapter = connection._adapter()
            self._run_commit()
            self._check_receipts(adapter)
            theirs = self._read(adapter)
            self._look_for_documents(adapter, theirs)
        except (FinanceError, VaultError) as error:
            if isinstance(error, LoginFailed | EndpointRefused | VaultError):
                connection._pause(words._error_sentence(error))
            elif isinstance(error, NotSent | Unknown):
                connection._breaker_failure(self.env.cr.now().replace(microsecond=0))
            self._close("failed", words._error_sentence(error))
            return
        if theirs is None:
            self._close("failed", words.env._("This product does not list its documents, so they cannot be compared."))
            return
        self._compare(theirs)

    def _read(self, adapter):
        """Their documents of the period as plain tuples; None if the product cannot list them."""
        rows, page = [], None
        while True:
            found = adapter.read_documents(self.date_from, self.date_to, page=page)
            if found is None:
                return None
            documents, page = found
            rows.extend(self._plain(adapter, document) for document in documents)
            if page is None:
                return rows

    @staticmethod
    def _plain(adapter, document):
        d = document
        return (d.number, d.remote_id, d.customer_number or "", d.currency_number or "", d.amount,
                adapter.next_step("receivable", d) == DONE, d.cancelled, d.status, d.day)  # fmt: skip

    def _close(self, state, message=False, **more):
        vals = {"state": state, "message": message, "finished_at": self.env.cr.now().replace(microsecond=0), **more}
        self.sudo()._through_door(*vals).write(vals)
        connection = self.connection_id
        if state == "clean":
            connection._breaker_write({"last_clean_at": vals["finished_at"]})
        else:
            connection._ask_person(
                self,
                connection.responsible_id,
                lambda env: env._("Reconciliation: %(name)s", name=self.display_name),
                message or "",
            )

    # -- buttons ----------------------------------------------------------------------------

    def action_export(self):
        """The differences as an XLSX file."""
        self.ensure_one()
        self.check_access("read")
        book = Workbook(write_only=True)
        sheet = book.create_sheet(self.env._("Differences"))
        sheet.freeze_panes = "A2"
        names = ("kind", "cause", "partner_id", "customer_number", "number", "res_name", "date", "currency_id",
                 "amount_here", "amount_there", "difference", "advice")  # fmt: skip
        lines = self.line_ids
        for position, name in enumerate(names, 1):
            sheet.column_dimensions[get_column_letter(position)].width = WIDTHS.get(name, 16)
        sheet.append([_heading(sheet, lines._fields[name]._description_string(self.env)) for name in names])
        labels = {name: dict(lines._fields[name]._description_selection(self.env)) for name in ("kind", "cause")}
        for line in lines:
            row = [line[name] for name in names]
            row[0], row[1] = labels["kind"].get(line.kind, ""), labels["cause"].get(line.cause, "")
            row[2], row[7] = line.partner_id.display_name or "", line.currency_id.name or ""
            sheet.append([_formatted(sheet, _cell(value)) for value in row])
        data = io.BytesIO()
        book.save(data)
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self.display_name}.xlsx",
                    "datas": base64.b64encode(data.getvalue()),
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=true", "target": "self"}

    def action_open_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_finance_bridge.action_finance_reconciliation_line")
        return {**action, "domain": [("reconciliation_id", "=", self.id)]}


class FinanceConnection(models.Model):
    _inherit = "finance.connection"

    last_clean_at = fields.Datetime("Last Good Reconciliation", readonly=True, copy=False)

    def _guarded_fields(self):
        return super()._guarded_fields() | {"last_clean_at"}

    def action_reconcile(self):
        """Asks for a comparison now; the job makes it, nobody waits for the other side here."""
        self.ensure_one()
        self._check_operator(clerk=True)
        runs = self.env["finance.reconciliation"].sudo()
        if self.sudo().state != "on":
            raise UserError(self.env._("The connection is off. Switch it on first."))
        if not runs.search_count([("connection_id", "=", self.id), ("state", "=", "waiting")], limit=1):
            today = self.sudo().company_id._merchant_today()
            runs._open(self.sudo(), today.replace(day=1) - relativedelta(months=1), today)
        self.env.ref("crm_finance_bridge.cron_reconcile").sudo()._trigger()
        return self.action_open_reconciliations()

    def action_open_reconciliations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_finance_bridge.action_finance_reconciliation")
        return {**action, "domain": [("connection_id", "=", self.id)]}


def _heading(sheet, text):
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _formatted(sheet, value):
    if not isinstance(value, float):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = "#,##0.00"
    return cell


def _cell(value):
    if value is False or value is None:
        return ""
    # a text that a spreadsheet would take for a formula stays a text
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value
