from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL, format_date, sql

from odoo.addons.crm_merchant.models.kernel.carefully import run_carefully

BATCH = 200
# a notice is looked for at most so many days before the last day of validity
MOST_DAYS = 90


class SaleOrder(models.Model):
    """The validity of a quote runs out: its owner is told some working days before, then it is marked and passes no
    gate until somebody prolongs it.

    ``validity_date`` is judged like the prices, so prolonging an approved quote asks for its approval again; a policy
    with *keep untouched* lets every step stand whose reason did not change.
    """

    _inherit = "sale.order"

    expiry_deadline = fields.Datetime(
        "Validity: Next Moment",
        compute="_compute_expiry_deadline",
        store=True,
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When the owner is told, then when the quote expires",
    )
    # the day of validity that was told of, and that ran out; another day of validity makes both void by itself
    expiry_noticed_date = fields.Date(readonly=True, copy=False, groups="base.group_user")
    expired_date = fields.Date(readonly=True, copy=False, groups="base.group_user")
    quote_expired = fields.Boolean(
        "Validity Run out",
        compute="_compute_quote_expired",
        store=True,
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    _expiry_idx = models.Index("(expiry_deadline, id) WHERE expiry_deadline IS NOT NULL")
    _expiry_unplanned_idx = models.Index(
        "(company_id) WHERE expiry_deadline IS NULL AND expired_date IS NULL AND validity_date IS NOT NULL "
        "AND state IN ('draft', 'sent')"
    )

    def _auto_init(self):
        # old quotes are planned by the cron, once the company has switched this on
        if not sql.column_exists(self.env.cr, self._table, "expiry_deadline"):
            sql.create_column(self.env.cr, self._table, "expiry_deadline", "timestamp")
            sql.create_column(self.env.cr, self._table, "quote_expired", "bool")
        return super()._auto_init()

    def _guarded_fields(self):
        return super()._guarded_fields() | {"expiry_deadline", "expiry_noticed_date", "expired_date", "quote_expired"}

    @api.depends("state", "validity_date", "company_id", "expiry_noticed_date", "expired_date")
    def _compute_expiry_deadline(self):
        now = fields.Datetime.now()
        for order in self:
            order.expiry_deadline = False
            day = order.validity_date
            if order.state not in ("draft", "sent") or not day or order.expired_date == day:
                continue
            notice = order._expiry_notice() if order.expiry_noticed_date != day else None
            # a quote that is valid for a day or two needs no notice at its birth
            began = order.create_date or now
            order.expiry_deadline = notice if notice and notice > began else order._expiry_end()

    @api.depends("state", "validity_date", "expired_date")
    def _compute_quote_expired(self):
        for order in self:
            order.quote_expired = bool(
                order.state in ("draft", "sent") and order.validity_date and order.expired_date == order.validity_date
            )

    # -- moments ------------------------------------------------------------------------------------------

    def _expiry_zone(self):
        return pytz.timezone(self.company_id._merchant_zone())

    def _expiry_midnight(self, day):
        return self._expiry_zone().localize(datetime.combine(day, time())).astimezone(pytz.utc).replace(tzinfo=None)

    def _expiry_end(self):
        """The moment after the last day of validity."""
        return self._expiry_midnight(self.validity_date + timedelta(days=1))

    def _expiry_notice(self):
        """Start of the day that lies the company's number of working days before the last day; None without notice."""
        company = self.company_id
        calendar, left = company.resource_calendar_id, company.quote_notice_days
        day = self.validity_date
        for _step in range(MOST_DAYS if left > 0 else 0):
            day -= timedelta(days=1)
            left -= not calendar or calendar._is_working_day(day)
            if left <= 0:
                return self._expiry_midnight(day)
        return None

    # -- the clock ------------------------------------------------------------------------------------------

    @api.model
    def _cron_expiry(self):
        """Tells owners, and marks what has run out; only in companies that have switched it on."""
        companies = self.env["res.company"].sudo().search([("quote_expiry_active", "=", True)])
        self._expiry_plan_old(companies)
        bad = []
        while companies:
            due = [
                ("company_id", "in", companies.ids),
                ("expiry_deadline", "<=", fields.Datetime.now()),
                ("id", "not in", bad),
            ]
            orders = self.sudo().search(due, order="expiry_deadline, id", limit=BATCH)
            if not orders:
                return
            bad += run_carefully(orders, "_expiry_advance")
            if not self.env["ir.cron"]._commit_progress(len(orders), remaining=self.sudo().search_count(due)):
                return

    @api.model
    def _expiry_plan_old(self, companies):
        """Plans quotes from before this addon."""
        while companies:
            self.env.flush_all()
            rows = self.env.execute_query(
                SQL(
                    """SELECT id FROM sale_order
                        WHERE expiry_deadline IS NULL AND expired_date IS NULL AND validity_date IS NOT NULL
                          AND state IN ('draft', 'sent') AND company_id IN %s LIMIT %s""",
                    tuple(companies.ids),
                    BATCH,
                )
            )
            if not rows:
                return
            orders = self.sudo().browse([row[0] for row in rows])
            self.env.add_to_compute(self._fields["expiry_deadline"], orders)
            self.env.flush_all()

    def _expiry_advance(self):
        """One step for each of these quotes: told of, or run out."""
        now = fields.Datetime.now()
        past = self.filtered(lambda order: order._expiry_end() <= now)
        for day, orders in past.grouped("validity_date").items():
            orders._through_door("expired_date").write({"expired_date": day})
        soon = self - past
        for day, orders in soon.grouped("validity_date").items():
            orders._through_door("expiry_noticed_date").write({"expiry_noticed_date": day})
        soon._expiry_tell_owners()

    def _expiry_tell_owners(self):
        activities = self.env["mail.activity"]
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        vals_list = []
        for order in self:
            user = order.user_id or order.team_id.user_id
            if not user:
                continue
            env = order.with_context(lang=user.lang).env
            vals_list.append(
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": order.id,
                    "user_id": user.id,
                    "activity_type_id": kind.id if kind else False,
                    "date_deadline": order.validity_date,
                    "summary": env._(
                        "%(name)s is valid until %(day)s: bring it home or prolong it",
                        name=order._approval_title(),
                        day=format_date(env, order.validity_date),
                    ),
                }
            )
        return activities._merchant_schedule_quietly(vals_list, lambda env: env._("Quotes that run out soon"))

    # -- the gate --------------------------------------------------------------------------------------------

    def _expiry_is_past(self):
        """Whether the last day of validity of this open quote is over, whatever the cron has done yet."""
        self.ensure_one()
        order = self.sudo()
        return bool(
            order.state in ("draft", "sent") and order.validity_date and order._expiry_end() <= fields.Datetime.now()
        )

    def _quote_reason(self):
        order = self.sudo()
        if order.company_id.quote_expiry_active and order.validity_date:
            if order._expiry_end() <= fields.Datetime.now():
                return self.env._(
                    "%(name)s was valid until %(day)s. Set a later date of validity first; an approved quote then goes "
                    "to its approvers again.",
                    name=order.display_name,
                    day=format_date(self.env, order.validity_date),
                )
        return super()._quote_reason()

    def _approval_customer_text(self):
        if any(order.sudo().company_id.quote_expiry_active and order._expiry_is_past() for order in self):
            return self.env._("This quotation has expired. Please ask your contact.")
        return super()._approval_customer_text()
