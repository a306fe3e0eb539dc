"""The part of the comparison that looks at money: receipts beside payments, refunds that nobody sends."""

from odoo import models
from odoo.tools import SQL

from .finance_receipt import AUDITED

# money that went missing between two banks
FEE_SHARE = 0.01
# the money of payment p is here no more: itself, its entry alone, or the entry by another one that reverses it
_TAKEN_BACK = SQL(
    """(p.state IN ('canceled', 'rejected')
        OR p.state IN ('in_process', 'paid') AND EXISTS (
            SELECT 1 FROM account_move e
            WHERE e.id = p.move_id AND e.state != 'posted' OR e.reversed_entry_id = p.move_id AND e.state = 'posted'))"""
)


class FinanceReconciliation(models.Model):
    _inherit = "finance.reconciliation"

    def _differing_receipts(self):
        """Money as the ERP tells it beside the payment that it became here. What waits for a person is told whatever
        its day."""
        return SQL(
            """
            SELECT %(run)s, %(company)s, d.kind, d.cause, r.number, r.partner_id, r.customer_number, r.date,
                   r.currency_id, p.amount, there.amount, COALESCE(there.amount, 0) - p.amount, 'account.payment', p.id,
                   COALESCE(p.name, r.number), NULL
            FROM finance_receipt r
            JOIN account_payment p ON p.id = r.payment_id
            LEFT JOIN res_partner payer ON payer.id = p.partner_id
            CROSS JOIN LATERAL (SELECT CASE WHEN r.gone_at IS NULL THEN r.amount END AS amount,
                                       COALESCE(r.status, %(audited)s) = %(audited)s AS counts) there
            CROSS JOIN LATERAL (SELECT %(taken_back)s OR p.state = 'draft' AND r.state = 'matched' AS taken_back) here
            CROSS JOIN LATERAL (VALUES
                ('missing_there', 'deleted_there', r.gone_at IS NOT NULL AND p.state != 'canceled'
                                                   AND r.state = 'review'),
                ('amount', CASE WHEN abs(r.amount - p.amount) <= %(fee)s * greatest(r.amount, p.amount) THEN 'fee'
                                ELSE 'changed_there' END, there.amount != p.amount),
                ('payer', 'wrong_payer', r.partner_id IS NOT NULL AND p.partner_id IS NOT NULL
                                         AND r.gone_at IS NULL AND payer.commercial_partner_id != r.partner_id),
                ('state', CASE WHEN r.is_cancelled THEN 'cancelled_there' WHEN here.taken_back THEN 'reset_here'
                               ELSE 'not_audited' END,
                 r.gone_at IS NULL
                 AND CASE WHEN here.taken_back THEN there.counts AND NOT r.is_cancelled
                          ELSE p.state IN ('in_process', 'paid') AND (r.is_cancelled OR NOT there.counts) END)
            ) AS d(kind, cause, holds)
            WHERE r.connection_id = %(connection)s AND (r.date BETWEEN %(first)s AND %(last)s OR r.state = 'review')
              AND d.holds
            """,
            run=self.id,
            company=self.company_id.id,
            connection=self.connection_id.id,
            first=self.date_from,
            last=self.date_to,
            fee=FEE_SHARE,
            audited=AUDITED,
            taken_back=_TAKEN_BACK,
        )

    def _receipts_of_one_side(self):
        """Money that is a payment here and no receipt there, or an audited receipt there and no payment here."""
        connection = self.connection_id
        return SQL(
            """
            SELECT %(run)s, %(company)s, 'missing_there',
                   CASE WHEN b.remote_stage = 'gone' THEN 'deleted_there'
                        WHEN b.remote_stage = 'void' THEN 'cancelled_there'
                        WHEN o.state IN ('rejected', 'dead') THEN 'refused' WHEN o.id IS NOT NULL THEN 'not_sent'
                        ELSE 'entered_here' END,
                   o.number, payer.commercial_partner_id, NULL, p.date, p.currency_id, p.amount, NULL::numeric, -p.amount,
                   'account.payment', p.id, p.name, o.id
            FROM account_payment p
            LEFT JOIN res_partner payer ON payer.id = p.partner_id
            LEFT JOIN finance_outbox o ON o.connection_id = %(connection)s AND o.res_model = 'account.payment'
                 AND o.res_id = p.id AND o.error_code IS DISTINCT FROM 'withdrawn'
            LEFT JOIN finance_binding b ON b.connection_id = %(connection)s AND b.res_model = 'account.payment'
                 AND b.res_id = p.id AND b.kind = 'own_receipt'
            WHERE %(compared)s AND p.company_id = %(company)s AND p.payment_type = 'inbound'
              AND p.partner_type = 'customer' AND p.state IN ('in_process', 'paid') AND p.amount > 0
              AND p.date BETWEEN %(first)s AND %(last)s
              AND (%(start)s IS NULL OR p.date >= %(start)s) AND (%(end)s IS NULL OR p.date <= %(end)s)
              AND (o.state IS DISTINCT FROM 'done' OR b.remote_stage IN ('gone', 'void'))
              AND NOT EXISTS (SELECT 1 FROM finance_receipt r WHERE r.payment_id = p.id)
            UNION ALL
            SELECT %(run)s, %(company)s, 'state', 'reset_here', o.number, payer.commercial_partner_id, NULL, p.date,
                   p.currency_id, p.amount, p.amount, 0, 'account.payment', p.id, p.name, o.id
            FROM finance_outbox o
            JOIN account_payment p ON p.id = o.res_id
            LEFT JOIN res_partner payer ON payer.id = p.partner_id
            WHERE o.connection_id = %(connection)s AND o.operation = 'own_receipt' AND o.state = 'done'
              AND p.date BETWEEN %(first)s AND %(last)s AND (%(taken_back)s OR p.state = 'draft')
              AND NOT EXISTS (SELECT 1 FROM finance_receipt r WHERE r.payment_id = p.id)
            UNION ALL
            SELECT %(run)s, %(company)s, 'missing_here', 'not_registered', r.number, r.partner_id, r.customer_number,
                   r.date, COALESCE(r.currency_id, %(currency)s), NULL, r.amount, r.amount, 'finance.receipt', r.id,
                   r.number, NULL
            FROM finance_receipt r
            WHERE r.connection_id = %(connection)s AND r.date BETWEEN %(first)s AND %(last)s AND r.payment_id IS NULL
              AND r.state IN ('new', 'review') AND r.status = %(audited)s AND NOT r.is_cancelled
            """,
            run=self.id,
            company=self.company_id.id,
            connection=connection.id,
            compared=connection.receipt_source == "there" or connection.sends_receipts,
            currency=self.company_id.currency_id.id,
            first=self.date_from,
            last=self.date_to,
            start=connection.start_date or None,
            end=connection.end_date or None,
            audited=AUDITED,
            taken_back=_TAKEN_BACK,
        )

    def _refunds_of_one_side(self):
        """Money given back to customers, which nobody sends: until finance says that it stands over there too."""
        connection = self.connection_id
        return SQL(
            """
            SELECT %(run)s, %(company)s, 'missing_there', 'refund_here', o.number, payer.commercial_partner_id, NULL, p.date,
                   p.currency_id, -p.amount, NULL::numeric, p.amount, 'account.payment', p.id, p.name, o.id
            FROM account_payment p
            LEFT JOIN res_partner payer ON payer.id = p.partner_id
            LEFT JOIN finance_outbox o ON o.connection_id = %(connection)s AND o.operation = 'refund' AND o.res_id = p.id
                 AND o.error_code IS DISTINCT FROM 'withdrawn'
            WHERE p.company_id = %(company)s AND p.payment_type = 'outbound' AND p.partner_type = 'customer'
              AND p.state IN ('in_process', 'paid') AND p.amount > 0 AND o.state IS DISTINCT FROM 'done'
              AND (o.id IS NOT NULL OR %(sends)s AND p.date BETWEEN %(first)s AND %(last)s
                                       AND (%(start)s IS NULL OR p.date >= %(start)s)
                                       AND (%(end)s IS NULL OR p.date <= %(end)s))
            """,
            run=self.id,
            company=self.company_id.id,
            connection=connection.id,
            sends=connection.sends_receipts,
            first=self.date_from,
            last=self.date_to,
            start=connection.start_date or None,
            end=connection.end_date or None,
        )
