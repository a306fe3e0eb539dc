from odoo import api, models
from odoo.tools import SQL

from ...lib.company_name import company_key
from ...lib.credit_code import check_credit_code
from ...lib.phone import phone_key

BATCH = 2000


class KeyFiller(models.AbstractModel):
    """The keys of leads and customers that were there before the addon."""

    _inherit = "crm.duplicate.finder"

    @api.model
    def _cron_fill_keys(self):
        """Fills keys from the newest record down, in batches, then stops itself for good.

        Written in SQL: nothing else of an old record may change, not even its date of change.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        for table, fill in (("crm_lead", self._fill_leads), ("res_partner", self._fill_partners)):
            name = f"crm_merchant.keys_filled_down_to.{table}"
            upper = int(parameters.get_param(name) or 2**31 - 1)
            while True:
                ids = fill(upper)
                if not ids:
                    break
                upper = min(ids)
                parameters.set_param(name, upper)
                remaining = self._count_below(table, upper)
                if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                    return
        self.env["ir.cron"]._commit_progress(remaining=0, deactivate=True)

    @api.model
    def _count_below(self, table, upper):
        return self.env.execute_query(SQL("SELECT count(*) FROM %s WHERE id < %s", SQL.identifier(table), upper))[0][0]

    @api.model
    def _fill_leads(self, upper):
        self.env["crm.lead"].flush_model(["phone", "partner_name"])
        rows = self.env.execute_query(
            SQL("SELECT id, phone, partner_name FROM crm_lead WHERE id < %s ORDER BY id DESC LIMIT %s", upper, BATCH)
        )
        keys = [(lead_id, phone_key(phone) or None, company_key(name) or None) for lead_id, phone, name in rows]
        if keys:
            ids, phones, companies = map(list, zip(*keys, strict=True))
            self.env.cr.execute(
                SQL(
                    "UPDATE crm_lead r SET phone_key = v.phone, company_key = v.company "
                    "FROM unnest(%s::int[], %s::varchar[], %s::varchar[]) AS v(id, phone, company) "
                    "WHERE r.id = v.id AND (r.phone_key, r.company_key) IS DISTINCT FROM (v.phone, v.company)",
                    ids,
                    phones,
                    companies,
                )
            )
            self.env["crm.lead"].invalidate_model(["phone_key", "company_key"])
        return [row[0] for row in rows]

    @api.model
    def _fill_partners(self, upper):
        self.env["res.partner"].flush_model(["phone", "name", "is_company", "vat"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id, phone, name, is_company, vat FROM res_partner WHERE id < %s ORDER BY id DESC LIMIT %s",
                upper,
                BATCH,
            )
        )
        keys = []
        for partner_id, phone, name, is_company, vat in rows:
            code = check_credit_code(vat)
            company = company_key(name) if is_company else ""
            keys.append(
                (partner_id, phone_key(phone) or None, company or None, code.normalised if code.valid else None)
            )
        if keys:
            ids, phones, companies, codes = map(list, zip(*keys, strict=True))
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner r SET phone_key = v.phone, company_key = v.company, credit_code = v.code "
                    "FROM unnest(%s::int[], %s::varchar[], %s::varchar[], %s::varchar[]) AS v(id, phone, company, code) "
                    "WHERE r.id = v.id "
                    "AND (r.phone_key, r.company_key, r.credit_code) IS DISTINCT FROM (v.phone, v.company, v.code)",
                    ids,
                    phones,
                    companies,
                    codes,
                )
            )
            self.env["res.partner"].invalidate_model(["phone_key", "company_key", "credit_code"])
        return [row[0] for row in rows]
