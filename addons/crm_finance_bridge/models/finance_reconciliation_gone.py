"""What stands here is looked for over there each night: no product lists what was deleted."""

from datetime import timedelta
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..clients.errors import InvalidValues

# days that are listed and laid beside ours in one step
SPAN = timedelta(days=31)
# numbers asked for in one night; a wiped account set shall not bury anybody under to-dos
AT_ONCE = 200


class Registered(NamedTuple):
    """A document over there that is a payment here; ``ids`` of its lines here, none of one that we sent ourselves."""

    kind: str
    number: str
    remote_id: str
    ids: list


class FinanceReconciliation(models.Model):
    _inherit = "finance.reconciliation"

    def _check_receipts(self, adapter):
        """Lays the payments of the last days beside the receipts that the other side still lists.

        What changed is mirrored as if it had been polled. A list is read while people work and by the day of the receipt,
        so what it leaves out is asked for by number before it counts as gone.
        """
        connection = self.connection_id
        if not connection.receipt_check_days:
            return
        today = connection.company_id._merchant_today()
        first, left = today - timedelta(days=connection.receipt_check_days), AT_ONCE
        while first <= today + SPAN and left:
            last = first + SPAN
            registered = self._registered(first, last)
            listed = self._list_receipts(adapter, first, last, registered) if registered else ()
            if listed is None:
                return
            missing = [item for item in registered if item.remote_id not in listed][:left]
            for item in missing:
                self._look_for(adapter, item)
            left -= len(missing)
            first = last + timedelta(days=1)

    def _registered(self, first, last):
        """List of :class:`Registered` of these days, less those that are known to be gone."""
        connection = self.connection_id
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 'receipt', min(r.number), r.remote_id, array_agg(r.id)
                FROM finance_receipt r JOIN account_payment p ON p.id = r.payment_id
                WHERE r.connection_id = %(connection)s AND %(reads)s AND r.gone_at IS NULL AND p.state != 'canceled'
                  AND COALESCE(r.date, p.date) BETWEEN %(first)s AND %(last)s
                GROUP BY r.remote_id
                UNION ALL
                SELECT 'own_receipt', b.number, b.remote_id, NULL
                FROM finance_binding b JOIN account_payment p ON p.id = b.res_id
                WHERE b.connection_id = %(connection)s AND b.res_model = 'account.payment' AND b.kind = 'own_receipt'
                  AND b.is_by_hand IS NOT TRUE AND b.remote_stage IS DISTINCT FROM 'gone' AND p.state != 'canceled'
                  AND p.date BETWEEN %(first)s AND %(last)s
                  AND NOT (%(reads)s AND EXISTS (SELECT 1 FROM finance_receipt r WHERE r.payment_id = p.id))
                """,
                connection=connection.id,
                reads=connection.receipt_source == "there",
                first=first,
                last=last,
            )
        )
        return [Registered(*row) for row in rows]

    def _list_receipts(self, adapter, first, last, registered):
        """Ids over there of the receipts of these days, each page mirrored and committed; None if it cannot be told."""
        connection, receipts = self.connection_id, self.env["finance.receipt"].sudo()
        known, found, page = {item.remote_id for item in registered}, set(), None
        # what was entered today the next poll reads
        today, start = connection.company_id._merchant_today(), connection.start_date
        while True:
            self._run_commit()
            listed = adapter.list_receipts(first, last, page=page)
            if listed is None:
                return None
            lines, page = listed
            found.update(line.remote_id for line in lines)
            if connection.receipt_source == "there":
                # one that a poll has missed is money all the same; what is older than the start stands in the opening
                wanted = [line for line in lines if line.remote_id in known
                          or (start and line.date and start <= line.date < today)]  # fmt: skip
                for row in receipts._store(connection, wanted).filtered(lambda row: row.state == "review"):
                    row._ask_person()
                receipts.invalidate_model()
            if page is None:
                return found

    def _look_for(self, adapter, item):
        """Asks for one receipt by its number; a person hears if it is there no more."""
        self._run_commit()
        try:
            found = adapter.find(item.kind, item.number)
        except InvalidValues:
            # a number that cannot be asked for: the list has told all there is to know
            found = ()
        if any(document.remote_id == item.remote_id and not document.cancelled for document in found):
            return
        connection = self.connection_id
        if item.kind == "receipt":
            self.env["finance.receipt"].sudo().browse(item.ids)._note_gone()
        else:
            self.env["finance.binding"]._note_stages(connection, (item.kind,), {item.number: ("gone", None)})

    # -- invoices ---------------------------------------------------------------------------

    def _look_for_documents(self, adapter, theirs):
        """Asks for invoices of ours that the list of the period leaves out; what is there is added to ``theirs``."""
        if theirs is None:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT b.kind, b.number, b.remote_id FROM finance_binding b JOIN account_move m ON m.id = b.res_id
                WHERE b.connection_id = %s AND b.res_model = 'account.move' AND b.kind IN ('receivable', 'credit_note')
                  AND b.is_by_hand IS NOT TRUE AND b.remote_stage IS DISTINCT FROM 'gone' AND m.state = 'posted'
                  AND m.invoice_date BETWEEN %s AND %s ORDER BY b.id
                """,
                self.connection_id.id,
                self.date_from,
                self.date_to,
            )
        )
        listed = {row[0] for row in theirs}
        for kind, number, remote_id in [row for row in rows if row[1] not in listed][:AT_ONCE]:
            self._run_commit()
            found = [document for document in adapter.find(kind, number) if document.remote_id == remote_id]
            theirs.extend(self._plain(adapter, document) for document in found)
            if not found:
                self.env["finance.binding"]._note_stages(self.connection_id, (kind,), {number: ("gone", None)})
