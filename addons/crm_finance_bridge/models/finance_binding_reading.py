"""What happened over there to a document after we had sent it: its stage, and its fapiao."""

import logging
from collections import defaultdict
from datetime import UTC, timedelta

from odoo import api, fields, models

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

from ..clients.errors import FinanceError, Mismatch, Rejected
from ..clients.results import ReceiptCursor
from ..lib.vault import VaultError

_logger = logging.getLogger(__name__)

STREAM = "changes"
# kind over there -> kinds of our bindings; both colours are one kind there
KINDS = {
    "receivable": ("receivable", "credit_note"),
    "sales_order": ("sales_order",),
    "own_receipt": ("own_receipt",),
    "customer": ("customer",),
    "product": ("product",),
}
# what nobody here has done; a person looks
TAKEN_BACK = ("rejected", "void", "gone")
BATCH = 1000


class FinanceBinding(models.Model):
    _inherit = "finance.binding"

    remote_stage = fields.Selection(
        [
            ("saved", "Saved"),
            ("submitted", "Submitted"),
            ("audited", "Audited"),
            ("rejected", "Sent Back"),
            ("void", "Void"),
            ("gone", "Not There Any More"),
        ],
        "Stage Over There",
        readonly=True,
    )
    fapiao_number = fields.Char(readonly=True, index="btree_not_null", help="Several by comma")

    def _guarded_fields(self):
        return super()._guarded_fields() | {"remote_stage", "fapiao_number"}

    # -- the cron ---------------------------------------------------------------------------

    @api.model
    def _cron_changes(self):
        """Reads what changed over there since the last time; a connection that fails stops no other."""
        for connection in self.env["finance.connection"]._polled():
            connection._tell_silence()
            if connection.breaker_state == "open":
                continue
            try:
                self.sudo().with_company(connection.company_id)._read_changes(connection)
            except (FinanceError, VaultError) as error:
                self.env["finance.receipt"]._poll_failed(connection, error, self.env.cr.now().replace(microsecond=0))
            except CONFLICTS:
                # the cursor did not move: the same window is read again
                self.env["finance.receipt"]._poll_rollback()
            except Exception:
                connection._reading_broke("changes")
            self.env["finance.receipt"]._poll_commit()

    def _read_changes(self, connection):
        """One window of one connection: since the last one, and a little before."""
        kinds = {kind for (kind,) in self._read_group([("connection_id", "=", connection.id)], ["kind"])}
        if not kinds:
            return
        cursor = self.env["finance.cursor"]._of(connection, STREAM)
        now = self.env.cr.now().replace(microsecond=0)
        until = now.replace(tzinfo=UTC)
        since = cursor._get().since - timedelta(minutes=connection.overlap_minutes)
        adapter, problem_before = connection._reading_adapter(), connection.fapiao_problem
        reads_fapiao = connection.fapiao_source == "there"
        self.env["finance.receipt"]._poll_commit()
        stages, fapiao = {}, None
        for kind, own in KINDS.items():
            if kinds.isdisjoint(own):
                continue
            documents = adapter.read_changes(kind, since, until)
            stages[own] = {item.number: (adapter.state_of(item), item) for item in documents or ()}
        problem = False
        if reads_fapiao and not kinds.isdisjoint(KINDS["receivable"]):
            try:
                fapiao = adapter.read_fapiao(since, until)
            except Rejected as error:
                # this account set has no such form, or our user may not read it: the states count all the same
                problem = connection._in_words()._error_sentence(error)
        for own, found in stages.items():
            self._note_stages(connection, own, found)
        self._note_fapiao(connection, fapiao or {})
        if problem != problem_before:
            connection._breaker_write({"fapiao_problem": problem})
        cursor._move(ReceiptCursor(until), now)

    def _of_numbers(self, connection, kinds, numbers):
        numbers = list(numbers)
        found = self.browse()
        for start in range(0, len(numbers), BATCH):
            part = numbers[start : start + BATCH]
            domain = [("connection_id", "=", connection.id), ("kind", "in", kinds), ("number", "in", part)]
            found |= self.sudo().search(domain)
        return found

    # -- one document -----------------------------------------------------------------------

    def _read_again(self):
        """Reads this one document over there and notes its stage. Commits before the call.

        :raises FinanceError: it could not be read, or something else stands there under our number
        """
        self.ensure_one()
        adapter = self.connection_id.with_company(self.company_id)._reading_adapter()
        kind, number, known_id = self.kind, self.number, self.remote_id
        self.env["finance.receipt"]._poll_commit()
        found = adapter.find(kind, number)
        if len(found) > 1:
            raise Mismatch("number of documents", 1, len(found))
        if found and known_id and found[0].remote_id != known_id:
            raise Mismatch("id", known_id, found[0].remote_id)
        stage = (adapter.state_of(found[0]), found[0]) if found else ("gone", None)
        self._note_stages(self.connection_id, (kind,), {number: stage})

    # -- the doors --------------------------------------------------------------------------

    @api.model
    def _note_stages(self, connection, kinds, found):
        """The door of stages; writes only what changed, and tells a person of what was taken back over there.

        :param found: {number: (stage, RemoteDocument or None)}; numbers that are not ours are left alone
        """
        changed = defaultdict(self.browse)
        for binding in self._of_numbers(connection, kinds, found):
            stage, document = found[binding.number]
            if document and binding.remote_id and binding.remote_id != document.remote_id:
                continue
            status = document.status if document else binding.remote_state
            if ((binding.remote_stage or ""), (binding.remote_state or "")) != (stage, status or ""):
                changed[stage, status] |= binding
        now = self.env.cr.now().replace(microsecond=0)
        for (stage, status), bindings in changed.items():
            taken_back = bindings.filtered(lambda b, new=stage: new in TAKEN_BACK and b.remote_stage != new)
            vals = {"remote_stage": stage, "remote_state": status, "seen_at": now}
            bindings.sudo()._through_door(*vals).write(vals)
            taken_back._ask_about_stage()

    def _ask_about_stage(self):
        """One to-do a document that is not what it was over there."""
        for binding in self:
            domain = [("connection_id", "=", binding.connection_id.id), ("number", "=", binding.number)]
            row = self.env["finance.outbox"].sudo().search(domain, order="id desc", limit=1)
            words = binding.connection_id._in_words()
            stages = dict(self._fields["remote_stage"]._description_selection(words.env))
            note = words.env._(
                "%(number)s is now in this stage in the finance system: %(stage)s. Somebody changed it there. Finance "
                "finds out why, and corrects it there or here.",
                number=binding.number,
                stage=stages[binding.remote_stage],
            )
            if row:
                user = binding.connection_id.responsible_id
                number = binding.number
                binding.connection_id._ask_person(
                    row, user, lambda env, n=number: env._("%(number)s was taken back over there", number=n), note
                )

    @api.model
    def _note_fapiao(self, connection, found):
        """The door of fapiao numbers.

        :param found: {number of the receivable: tuple of fapiao numbers}
        """
        for binding in self._of_numbers(connection, KINDS["receivable"], found):
            text = ", ".join(found[binding.number]) or False
            if (binding.fapiao_number or False) != text:
                vals = {"fapiao_number": text, "seen_at": self.env.cr.now().replace(microsecond=0)}
                binding.sudo()._through_door(*vals).write(vals)


class FinanceConnection(models.Model):
    _inherit = "finance.connection"

    fapiao_problem = fields.Text("Fapiao Not Read Because", readonly=True, copy=False)

    def _guarded_fields(self):
        return super()._guarded_fields() | {"fapiao_problem"}
