"""The bulk way of an import: the first lead of a step by the ORM, the others by SQL after its pattern.

What is the same in all rows is copied from the first one, whatever addon it belongs to; what differs is written as given,
and what Odoo would compute from it is computed here, a telephone number or mail address once. Where another addon has a
say in it (a ``create`` of its own, a stored field that hangs on a value that differs, a constraint), all of them go by
the ORM.
"""

from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, email_normalize_all

from odoo.addons.iap.tools import iap_tools
from odoo.addons.mail.tools import mail_validation
from odoo.addons.phone_validation.tools import phone_validation

from ...lib.company_name import company_key
from ...lib.phone import phone_key
from ..kernel.inserting import sql_array

# below this the ORM is as fast
BULK_FROM = 10

# methods whose effect is known here, see ``pool_bulk``
_READ_METHODS = (
    "create", "_create", "_prepare_create_values", "_add_missing_default_values", "modified", "_compute_field_value",
    "_compute_phone_sanitized", "_phone_format", "_phone_format_number", "_phone_get_country",
    "_phone_get_number_fields", "_compute_phone_state", "_compute_phone_key",
    "_compute_email_normalized", "_compute_email_state", "_compute_email_domain_criterion", "_compute_company_key",
    "_compute_probabilities", "_compute_prorated_revenue", "_compute_won_status",
)  # fmt: skip
# stored columns that hang on what differs from lead to lead
_PHONE = ("phone_sanitized", "phone_state", "phone_key")
_EMAIL = ("email_normalized", "email_state", "email_domain_criterion")
_COMPUTED = frozenset((*_PHONE, *_EMAIL, "company_key"))
# these are reckoned afterwards, and only where there are won and lost leads to learn from
_CHANCES = frozenset(
    ("automated_probability", "probability", "prorated_revenue", "recurring_revenue_monthly_prorated",
     "recurring_revenue_prorated", "won_status")
)  # fmt: skip


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _import_create(self, vals_list):
        """``create`` of many similar leads; the caller runs as superuser, without tracking and notes."""
        first = vals_list[0]
        differing = {name for vals in vals_list for name, value in vals.items() if value != first.get(name)}
        if not self._import_bulk_allowed(vals_list, differing):
            return self.create(vals_list)
        pattern = self.create(vals_list[:1])
        pattern.flush_recordset()
        if pattern.won_status != "pending":
            return pattern + self.create(vals_list[1:])
        create = partial(self._import_bulk_create, pattern, differing)
        return pattern + self._watched_create(create, vals_list[1:])

    @api.model
    def _import_bulk_allowed(self, vals_list, differing):
        """Whether SQL does with these values what ``create`` would do: nobody else has a say in it.

        :param differing: names of the fields that are not the same in all of them
        """
        if len(vals_list) < BULK_FROM or not self.env.su or not self.env.context.get("tracking_disable"):
            return False
        names = vals_list[0].keys()
        if any(vals.keys() != names for vals in vals_list) or not self._pool_bulk_read(*_READ_METHODS):
            return False
        if any(not self._fields[name].column_type for name in differing - {"tag_ids"}):
            return False
        dependents = {
            field
            for name in differing
            for field in self.env.registry.get_dependent_fields(self._fields[name])
            if field.store and field.type != "one2many"
        }
        known = _COMPUTED | _CHANCES
        if any(field.model_name != self._name or field.name not in known for field in dependents):
            return False
        constrained = {name for method in self._constraint_methods for name in method._constrains}
        return constrained.isdisjoint(differing | _COMPUTED)

    def _import_bulk_create(self, pattern, differing, vals_list):
        """Creates leads by one statement, all columns that do not differ as in ``pattern``."""
        if "website" in differing:
            for vals in vals_list:
                vals["website"] = vals["website"] and self.env["res.partner"]._clean_website(vals["website"])
        columns = {name: [] for name in sorted((differing | _COMPUTED) - {"tag_ids"})}
        known = {}
        for vals in vals_list:
            values = {**vals, **self._import_bulk_computed(vals, known)}
            for name, column in columns.items():
                column.append(self._fields[name].convert_to_column_insert(values[name], self, values))
        copied = [
            name for name, field in self._fields.items()
            if field.store and field.column_type and name != "id" and name not in columns
        ]  # fmt: skip
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO crm_lead (%s) SELECT %s FROM crm_lead p, unnest(%s) WITH ORDINALITY AS v(%s, place) "
                "WHERE p.id = %s ORDER BY v.place RETURNING id",
                SQL(", ").join(map(SQL.identifier, (*copied, *columns))),
                SQL(", ").join(
                    [SQL.identifier("p", name) for name in copied] + [SQL.identifier("v", name) for name in columns]
                ),
                SQL(", ").join(
                    sql_array(values, self._fields[name].column_type[0]) for name, values in columns.items()
                ),
                SQL(", ").join(map(SQL.identifier, columns)),
                pattern.id,
            )
        )
        leads = self.browse(sorted(lead_id for (lead_id,) in rows))
        leads._import_bulk_tag(vals_list)
        leads._pool_bulk_forget(list(columns))
        leads._pool_bulk_write_chances()
        return leads

    def _import_bulk_tag(self, vals_list):
        pairs = [
            (lead_id, tag_id)
            for lead_id, vals in zip(self._ids, vals_list, strict=True)
            for _command, _id, tag_ids in vals.get("tag_ids") or ()
            for tag_id in tag_ids
        ]
        if pairs:
            query = "INSERT INTO crm_tag_rel (lead_id, tag_id) SELECT * FROM unnest(%s, %s) ON CONFLICT DO NOTHING"
            self.env.cr.execute(SQL(query, *map(sql_array, zip(*pairs, strict=True))))

    # -- what Odoo would compute ------------------------------------------------------------------

    def _import_bulk_computed(self, vals, known):
        """Stored columns that hang on these values.

        :param known: what was found for other leads; filled
        """
        phone, country_id, email = vals.get("phone"), vals.get("country_id"), vals.get("email_from")
        if (phone, country_id) not in known:
            known[phone, country_id] = self._import_bulk_phone(phone, country_id)
        if email not in known:
            known[email] = self._import_bulk_email(email)
        key = company_key(vals.get("partner_name") or "") or False
        return {**known[phone, country_id], **known[email], "company_key": key}

    def _import_bulk_phone(self, phone, country_id):
        if not phone:
            return dict.fromkeys(_PHONE, False)
        country = self.env["res.country"].browse(country_id or ())
        sanitized = self._phone_format(number=phone, country=country)
        correct = bool(sanitized)
        if not country:
            # the number is then read as one of the company's country, its state is judged without a country
            try:
                phone_validation.phone_parse(phone, None)
            except UserError:
                correct = False
        return dict(
            zip(_PHONE, (sanitized, "correct" if correct else "incorrect", phone_key(phone) or False), strict=True)
        )

    def _import_bulk_email(self, email):
        normalized = email_normalize(email, strict=False)
        state = False
        if email:
            correct = any(map(mail_validation.mail_validate, email_normalize_all(email)))
            state = "correct" if correct else "incorrect"
        criterion = iap_tools.mail_prepare_for_domain_search(normalized) if normalized else False
        return dict(zip(_EMAIL, (normalized, state, criterion), strict=True))
