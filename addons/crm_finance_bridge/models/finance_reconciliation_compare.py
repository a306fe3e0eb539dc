"""The comparison itself: two sets laid side by side in the database, whatever their size."""

from psycopg2.extras import execute_values

from odoo import models
from odoo.tools import SQL

from ..clients.adapter import adapter_for

# a difference of so little is what rounding taxes by line or by document makes
ROUNDING = 0.05

# the columns of a line, in the order of every SELECT below
_COLUMNS = SQL(
    "reconciliation_id, company_id, kind, cause, number, partner_id, customer_number, date, currency_id, amount_here, "
    "amount_there, difference, res_model, res_id, res_name, outbox_id"
)


class FinanceReconciliation(models.Model):
    _inherit = "finance.reconciliation"

    def _compare(self, theirs):
        """Writes the lines of this comparison; one transaction, a fixed number of statements.

        :param theirs: list of (number, id, customer, currency, amount, is done, is cancelled, state, day)
        """
        self.ensure_one()
        self.env.flush_all()
        self._lay_out(theirs)
        counts = self.env.execute_query(
            SQL("SELECT (SELECT count(*) FROM finance_ours), (SELECT count(*) FROM finance_theirs)")
        )
        for query in (
            self._differing_documents(),
            self._twice(),
            self._differing_receipts(),
            self._totals(),
            self._receipts_of_one_side(),
            self._refunds_of_one_side(),
            self._changed_orders(),
        ):
            self.env.cr.execute(SQL("INSERT INTO finance_reconciliation_line (%s) %s", _COLUMNS, query))
        self._note_states()
        self.env["finance.reconciliation.line"].invalidate_model(flush=False)
        lines = self.env["finance.reconciliation.line"].search_count([("reconciliation_id", "=", self.id)])
        words = self.connection_id._in_words().env
        text = words._("%(count)s differences between the books; nothing was changed.", count=lines) if lines else False
        self._close(
            "differs" if lines else "clean", text, count_here=counts[0][0], count_there=counts[0][1], line_count=lines
        )

    def _lay_out(self, theirs):
        cr = self.env.cr
        cr.execute(
            "DROP TABLE IF EXISTS finance_theirs; DROP TABLE IF EXISTS finance_ours; DROP TABLE IF EXISTS finance_money;"
            "CREATE TEMP TABLE finance_money (id integer, number varchar) ON COMMIT DROP"
        )
        # currency -> its number over there; what has none cannot be compared by its currency
        numbers = self.connection_id._reading_tables()["currency"]
        currencies = self.env["res.currency"].with_context(active_test=False).search([("name", "in", list(numbers))])
        rows = [(currency.id, numbers[currency.name]) for currency in currencies]
        execute_values(cr._obj, "INSERT INTO finance_money VALUES %s", rows)
        cr.execute(
            """CREATE TEMP TABLE finance_theirs (number varchar, remote_id varchar, customer_number varchar,
               currency_number varchar, amount numeric, is_done boolean, is_cancelled boolean, status varchar, day date)
               ON COMMIT DROP"""
        )
        execute_values(cr._obj, "INSERT INTO finance_theirs VALUES %s", theirs, page_size=10000)
        cr.execute(
            SQL(
                """
                CREATE TEMP TABLE finance_ours ON COMMIT DROP AS
                SELECT m.id AS move_id, m.name, m.commercial_partner_id AS partner_id, m.currency_id, m.invoice_date AS day,
                       CASE WHEN m.move_type = 'out_refund' THEN -m.amount_total ELSE m.amount_total END AS amount,
                       m.state, o.id AS outbox_id, COALESCE(b.number, o.number) AS number, o.state AS outbox_state
                FROM account_move m
                LEFT JOIN finance_outbox o ON o.connection_id = %(connection)s AND o.res_model = 'account.move'
                      AND o.res_id = m.id AND o.error_code IS DISTINCT FROM 'withdrawn'
                LEFT JOIN finance_binding b ON b.connection_id = o.connection_id AND b.res_model = o.res_model
                      AND b.res_id = o.res_id AND b.kind = o.kind
                WHERE m.company_id = %(company)s AND m.move_type IN ('out_invoice', 'out_refund')
                  AND m.invoice_date BETWEEN %(first)s AND %(last)s
                  AND (m.state = 'posted' AND m.amount_total != 0 AND (%(start)s IS NULL OR m.date >= %(start)s)
                       AND (%(end)s IS NULL OR m.date <= %(end)s)
                       OR o.state IN ('done', 'uncertain'))
                """,
                connection=self.connection_id.id,
                company=self.company_id.id,
                first=self.date_from,
                last=self.date_to,
                start=self.connection_id.start_date or None,
                end=self.connection_id.end_date or None,
            )
        )
        cr.execute("CREATE INDEX ON finance_theirs (number); CREATE INDEX ON finance_ours (number)")
        cr.execute("ANALYZE finance_theirs; ANALYZE finance_ours")

    def _differing_documents(self):
        """Missing on one side, or the same number with another amount, customer or state; one line a difference."""
        return SQL(
            """
            SELECT %(run)s, %(company)s, d.kind, d.cause, COALESCE(o.number, t.number), COALESCE(o.partner_id, c.res_id),
                   t.customer_number, COALESCE(o.day, t.day), COALESCE(o.currency_id, named.id, %(currency)s), o.amount,
                   t.amount, COALESCE(t.amount, 0) - COALESCE(o.amount, 0),
                   CASE WHEN o.move_id IS NOT NULL THEN 'account.move' END, o.move_id, o.name, o.outbox_id
            FROM finance_ours o
            FULL JOIN (SELECT DISTINCT ON (number) * FROM finance_theirs ORDER BY number, is_cancelled, remote_id) t
                 ON t.number = o.number
            LEFT JOIN finance_binding c ON c.connection_id = %(connection)s AND c.kind = 'customer'
                 AND c.number = t.customer_number AND c.res_model = 'res.partner'
            LEFT JOIN finance_money own ON own.id = o.currency_id
            LEFT JOIN (SELECT DISTINCT ON (number) * FROM finance_money ORDER BY number, id) named
                 ON named.number = t.currency_number
            CROSS JOIN LATERAL (VALUES
                ('missing_here', CASE WHEN t.number LIKE %(ours)s THEN 'unknown_number' ELSE 'entered_there' END,
                 o.move_id IS NULL AND NOT t.is_cancelled),
                ('missing_there',
                 CASE WHEN o.outbox_id IS NULL THEN 'never_queued'
                      WHEN o.outbox_state = 'done' THEN 'deleted_there'
                      WHEN o.outbox_state IN ('rejected', 'dead') THEN 'refused' ELSE 'not_sent' END,
                 t.number IS NULL),
                ('amount', 'other_currency', own.number != t.currency_number AND t.currency_number != ''),
                ('amount', CASE WHEN abs(t.amount - o.amount) <= %(rounding)s THEN 'tax_rounding' ELSE 'changed_there' END,
                 t.amount != o.amount),
                ('payer', 'wrong_payer', c.res_id IS DISTINCT FROM o.partner_id AND t.number IS NOT NULL
                                         AND o.move_id IS NOT NULL),
                ('state', CASE WHEN t.is_cancelled THEN 'cancelled_there' WHEN o.state != 'posted' THEN 'reset_here'
                               ELSE 'not_audited' END,
                 o.move_id IS NOT NULL AND (t.is_cancelled OR o.state != 'posted'
                                            OR o.outbox_state = 'done' AND NOT t.is_done))
            ) AS d(kind, cause, holds)
            WHERE d.holds
            """,
            run=self.id,
            company=self.company_id.id,
            connection=self.connection_id.id,
            currency=self.company_id.currency_id.id,
            ours=f"{self.connection_id.number_prefix}-%",
            rounding=ROUNDING,
        )

    def _twice(self):
        return SQL(
            """
            SELECT %(run)s, %(company)s, 'duplicate', 'same_number', t.number, o.partner_id, min(t.customer_number),
                   min(t.day), COALESCE(o.currency_id, %(currency)s), o.amount, sum(t.amount),
                   sum(t.amount) - COALESCE(o.amount, 0), CASE WHEN o.move_id IS NOT NULL THEN 'account.move' END,
                   o.move_id, o.name, o.outbox_id
            FROM finance_theirs t LEFT JOIN finance_ours o ON o.number = t.number
            WHERE NOT t.is_cancelled AND t.number != ''
            GROUP BY t.number, o.partner_id, o.currency_id, o.amount, o.move_id, o.name, o.outbox_id
            HAVING count(*) > 1
            """,
            run=self.id,
            company=self.company_id.id,
            currency=self.company_id.currency_id.id,
        )

    def _changed_orders(self):
        """Orders that are not here any more what was sent of them."""
        return SQL(
            """
            SELECT %(run)s, %(company)s, d.kind, d.cause, o.number, payer.commercial_partner_id, NULL,
                   (s.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date, s.currency_id, s.amount_total,
                   sent.amount, sent.amount - s.amount_total, 'sale.order', s.id, s.name, o.id
            FROM finance_outbox o
            JOIN sale_order s ON s.id = o.res_id
            JOIN res_partner payer ON payer.id = s.partner_id
            CROSS JOIN LATERAL (SELECT (o.values_text::json ->> 'amount_total')::numeric AS amount) sent
            CROSS JOIN LATERAL (VALUES
                ('amount', 'changed_here', s.state != 'cancel' AND sent.amount != s.amount_total),
                ('state', 'reset_here', s.state != 'sale')
            ) AS d(kind, cause, holds)
            WHERE o.connection_id = %(connection)s AND o.operation = 'sales_order' AND o.state = 'done'
              AND o.finished_at >= %(first)s AND d.holds
            """,
            run=self.id,
            company=self.company_id.id,
            connection=self.connection_id.id,
            first=self.date_from,
            zone=self.company_id._merchant_zone(),
        )

    def _totals(self):
        """A line for each customer and month whose sums differ."""
        return SQL(
            """
            WITH found AS (
                SELECT o.partner_id, o.currency_id, date_trunc('month', o.day)::date AS month, o.amount AS here, 0 AS there
                FROM finance_ours o WHERE o.state = 'posted'
                UNION ALL
                SELECT COALESCE(c.res_id, o.partner_id), COALESCE(o.currency_id, %(currency)s),
                       date_trunc('month', COALESCE(o.day, t.day))::date, 0, t.amount
                FROM finance_theirs t
                LEFT JOIN finance_ours o ON o.number = t.number
                LEFT JOIN finance_binding c ON c.connection_id = %(connection)s AND c.kind = 'customer'
                     AND c.number = t.customer_number AND c.res_model = 'res.partner'
                WHERE NOT t.is_cancelled
            )
            SELECT %(run)s, %(company)s, 'total', 'sum', NULL, partner_id, NULL, month, currency_id, sum(here), sum(there),
                   sum(there) - sum(here), NULL, NULL, NULL, NULL::integer
            FROM found GROUP BY partner_id, currency_id, month HAVING sum(here) != sum(there)
            """,
            run=self.id,
            company=self.company_id.id,
            connection=self.connection_id.id,
            currency=self.company_id.currency_id.id,
        )

    def _note_states(self):
        """The states over there are known now; the door of a binding's state for any number of them."""
        stage_of = adapter_for(self.connection_id.product).stage_of
        states = self.env.execute_query(SQL("SELECT DISTINCT status, is_cancelled FROM finance_theirs"))
        for status, is_cancelled in states:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE finance_binding b SET remote_state = %(status)s, remote_stage = %(stage)s, seen_at = %(now)s
                    FROM finance_theirs t
                    WHERE b.connection_id = %(connection)s AND b.number = t.number AND b.remote_id = t.remote_id
                      AND b.kind IN ('receivable', 'credit_note') AND t.status = %(status)s
                      AND t.is_cancelled = %(cancelled)s
                      AND (b.remote_state, b.remote_stage) IS DISTINCT FROM (%(status)s, %(stage)s)
                    """,
                    status=status,
                    stage=("void" if is_cancelled else stage_of("receivable", status)) or None,
                    cancelled=is_cancelled,
                    now=self.env.cr.now().replace(microsecond=0),
                    connection=self.connection_id.id,
                )
            )
        self.env["finance.binding"].invalidate_model(flush=False)
