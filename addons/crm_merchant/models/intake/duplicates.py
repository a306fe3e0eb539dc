"""Finding the same company or person behind other spellings, for any number of candidates at once."""

from collections import defaultdict
from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

from ...lib.credit_code import check_credit_code
from ...lib.duplicate_keys import LEVELS, judge

# more hits of one key than this say nothing: a switchboard, a test entry
MAX_PER_KEY = 50


@dataclass(frozen=True)
class Match:
    """A record that may be the same. ``kind``: what is equal: credit_code, phone, company, core."""

    level: str
    kind: str
    model: str
    res_id: int
    rank: int = 0

    @property
    def order(self):
        return (LEVELS.index(self.level), self.rank, self.res_id)


class DuplicateFinder(models.AbstractModel):
    _name = "crm.duplicate.finder"
    _description = "Duplicate Finder"

    @api.model
    def _find_duplicates(self, candidates, company=None, exclude=()):
        """Leads and customers that may be the same as the candidates, whoever may see them: two queries in all.

        The result tells what others hold. Callers show it only as far as the user may read the record.

        :param candidates: dict of any key -> dict of keys as in :func:`judge`
        :param company: records of this company and of none; all companies by default
        :param exclude: ids of leads that do not count
        :return: dict of the candidate's key -> list of :class:`Match`, the best first, one a record
        """
        wanted = self._wanted_keys(candidates)
        if not any(wanted.values()):
            return {}
        by_key = defaultdict(list)
        rows = self._rows_of_leads(wanted, company, exclude) + self._rows_of_partners(wanted, company)
        for row in rows:
            for key in self._lookup_keys(row["keys"]):
                if len(by_key[key]) < MAX_PER_KEY:
                    by_key[key].append(row)
        result = {}
        for name, candidate in candidates.items():
            best = {}
            for key in self._lookup_keys(candidate):
                for row in by_key.get(key, ()):
                    verdict = judge(candidate, row["keys"])
                    if not verdict:
                        continue
                    match = Match(*verdict, row["model"], row["res_id"], row["rank"])
                    place = (match.model, match.res_id)
                    if place not in best or match.order < best[place].order:
                        best[place] = match
            if best:
                result[name] = sorted(best.values(), key=lambda match: match.order)
        return result

    @api.model
    def _lookup_keys(self, keys):
        """The typed keys under which a row or candidate is looked up."""
        if keys.get("credit_code"):
            yield "credit_code", keys["credit_code"]
        for phone in keys.get("phone_keys") or ():
            yield "phone", phone
        if keys.get("company_key"):
            yield "core", keys["company_key"].rsplit("@", 1)[0]

    @api.model
    def _wanted_keys(self, candidates):
        wanted = {"credit_code": set(), "phone": set(), "core": set()}
        for candidate in candidates.values():
            for kind, key in self._lookup_keys(candidate):
                wanted[kind].add(key)
        return wanted

    @api.model
    def _key_condition(self, wanted):
        return SQL(
            "(credit_code = ANY(%s) OR phone_key = ANY(%s) OR split_part(company_key, '@', 1) = ANY(%s))",
            list(wanted["credit_code"]),
            list(wanted["phone"]),
            list(wanted["core"]),
        )

    @api.model
    def _company_condition(self, company):
        return SQL("(company_id IS NULL OR company_id = %s)", company.id) if company else SQL("TRUE")

    @api.model
    def _rows_of_leads(self, wanted, company, exclude):
        Lead = self.env["crm.lead"].sudo()
        Lead.flush_model(["phone_key", "company_key", "credit_code", "merged_into_id", "active", "company_id"])
        found = self.env.execute_query(
            SQL(
                "SELECT id, credit_code, phone_key, company_key, merged_into_id, active FROM crm_lead "
                "WHERE %s AND %s AND id <> ALL(%s) ORDER BY id",
                self._key_condition(wanted),
                self._company_condition(company),
                list(exclude),
            )
        )
        merged = [row[0] for row in found if row[4]]
        survivors = Lead.browse(merged)._merge_survivors() if merged else {}
        return [
            {
                "model": "crm.lead",
                "res_id": survivors.get(lead_id, lead_id),
                # an open lead before a customer, a lost one after it
                "rank": 0 if active or survivor else 2,
                "keys": self._row_keys(code, phone, company),
            }
            for lead_id, code, phone, company, survivor, active in found
            if survivors.get(lead_id, lead_id) not in exclude
        ]

    @api.model
    def _rows_of_partners(self, wanted, company):
        Partner = self.env["res.partner"].sudo()
        Partner.flush_model(["phone_key", "company_key", "credit_code", "commercial_partner_id", "company_id"])
        found = self.env.execute_query(
            SQL(
                "SELECT COALESCE(commercial_partner_id, id), credit_code, phone_key, company_key FROM res_partner "
                "WHERE %s AND %s AND partner_share IS NOT FALSE ORDER BY id",
                self._key_condition(wanted),
                self._company_condition(company),
            )
        )
        return [
            {"model": "res.partner", "res_id": partner_id, "rank": 1, "keys": self._row_keys(code, phone, name)}
            for partner_id, code, phone, name in found
        ]

    @api.model
    def _row_keys(self, code, phone, company):
        valid = bool(code) and check_credit_code(code).valid
        return {
            "credit_code": code if valid else "",
            "phone_keys": (phone,) if phone else (),
            "company_key": company or "",
        }

    @api.model
    def _candidate_of(self, record):
        """Keys of a lead or partner as a candidate."""
        return self._row_keys(record.credit_code, record.phone_key, record.company_key)

    # -- what may be told ------------------------------------------------------------------------

    @api.model
    def _describe(self, model, res_ids, kinds=None):
        """What may be said of records to somebody who may not be able to read them.

        :param kinds: dict of id -> ``kind`` of its :class:`Match`, by which it was asked for
        :return: dict of id -> dict: ``label`` (the name only if he may read it), ``owner``, ``last_contact``,
            ``readable``; never a phone, a mail or an amount. Of a record in a closed region, or in a pool that hides
            what was asked for, only that it exists: ``owner`` and ``last_contact`` are empty
        """
        records = self.env[model].browse(res_ids).sudo().exists()
        readable = records.with_env(self.env(su=False))._filtered_access("read")
        last = self._last_contact(records)
        result = {}
        for record in records:
            can_read = record.id in readable._ids
            noun = self.env._("Lead") if model == "crm.lead" else self.env._("Customer")
            pooled = not can_read and record.pool_state == "pooled"
            closed = not can_read and record.region_id.is_scoped
            closed = closed or (pooled and not self._is_shown(record, (kinds or {}).get(record.id)))
            result[record.id] = {
                "label": record.display_name if can_read else noun,
                "owner": False if closed else self._owner_text(record),
                # no column of a pool tells it
                "last_contact": False if closed or pooled else last.get(record.id, False),
                "readable": can_read,
            }
        return result

    @api.model
    def _is_shown(self, record, kind):
        """Whether the pool of this record (superuser) shows its members that by which it was asked for; where that is not
        known, whatever may be asked for."""
        shown = {"phone": ("shows_phone",), None: ("shows_phone", "shows_company")}.get(kind, ("shows_company",))
        return all(record.pool_id[name] for name in shown)

    @api.model
    def _owner_text(self, record):
        if record.user_id:
            return record.user_id.name
        if record._name == "crm.lead" and not record.active:
            return self.env._("archived")
        return self.env._("in the pool") if record.pool_state == "pooled" else self.env._("nobody")

    @api.model
    def _last_contact(self, records):
        """Record id -> moment of the last message a person wrote or received there."""
        groups = (
            self.env["mail.message"]
            .sudo()
            ._read_group(
                [
                    ("model", "=", records._name),
                    ("res_id", "in", records.ids),
                    ("message_type", "in", ("comment", "email", "email_outgoing")),
                ],
                ["res_id"],
                ["date:max"],
            )
        )
        return dict(groups)
