from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..lib.company_name import parse_company
from ..lib.credit_code import check_credit_code
from ..lib.phone import parse_phone
from ..lib.text import clean_cell

MAX_HITS = 10
MIN_CORE = 4


class DuplicateCheck(models.TransientModel):
    """查重: is this company or number already somebody's?

    The answer is neutral: that it exists, who holds it, when it was last spoken to. Names are told only of records
    that the user may read, phones never. Whole numbers and whole names only, ten hits, on record.
    """

    _name = "crm.duplicate.check"
    _description = "Duplicate Check"

    query = fields.Char("Phone or Company Name")
    line_ids = fields.One2many("crm.duplicate.check.line", "check_id", "Found", readonly=True)
    answer = fields.Char(readonly=True)

    @api.depends("query")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """The form's title: what was asked, and before that what the form is for."""
        for check in self:
            check.display_name = check.query or self.env._("Duplicate Check")

    def action_search(self):
        """Answers the question typed in."""
        self.ensure_one()
        self.check_access("write")
        matches = self._find(self.query or "")
        hits = [{**hit, "found_id": match.res_id} for match, hit in self._hits(matches)]
        levels = dict(self.env["crm.duplicate.check.line"]._fields["level"]._description_selection(self.env))
        self.sudo().line_ids.unlink()
        self.env["crm.duplicate.check.line"].sudo().create([{**hit, "check_id": self.id} for hit in hits])
        if not hits:
            self.answer = self.env._("Nothing found. You can enter it as new.")
        else:
            self.answer = self.env._(
                "%(count)s found, the closest: %(level)s.", count=len(hits), level=levels[hits[0]["level"]]
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Duplicate Check"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new" if self.env.context.get("default_query") else "current",
        }

    @api.model
    def action_check_duplicates(self, text):
        """Looks for a whole phone number, a whole company name or a credit code among leads and customers.

        :param text: what to look for
        :return: at most ten dicts ``level``, ``model``, ``label``, ``owner``, ``last_contact``, ``res_id`` (0 where
            the user may not read the record)
        :raises UserError: too short or incomplete a question, or too many of them
        """
        return [hit for _match, hit in self._hits(self._find(text))]

    @api.model
    def _find(self, text):
        """At most ten matches, by whoever may ask, on record."""
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("The duplicate check is for people in sales."))
        text = clean_cell(str(text or ""))[:200]
        candidate = self._candidate(text)
        log = self.env["crm.duplicate.query"]
        log._check_rate()
        finder = self.env["crm.duplicate.finder"].sudo()
        matches = finder._find_duplicates({0: candidate}, self.env.company).get(0, [])
        log._record(text, len(matches))
        return matches[:MAX_HITS]

    @api.model
    def _answer(self, texts, exclude=None):
        """What is said while somebody types: one sentence about the closest match, "" if there is none, if the text is no
        whole number or name yet, or if he has asked too often; typing is never held up.

        :param texts: what was typed, the surest first
        :param exclude: leads or customers that do not count
        """
        itself = {(exclude._name, res_id) for res_id in exclude.ids} if exclude else set()
        for text in texts:
            try:
                matches = [m for m in self._find(text) if (m.model, m.res_id) not in itself]
            except (UserError, AccessError):
                continue
            for _match, hit in self._hits(matches):
                return self._sentence(hit)
        return ""

    @api.model
    def _sentence(self, hit):
        levels = dict(self.env["crm.duplicate.check.line"]._fields["level"]._description_selection(self.env))
        level = levels[hit["level"]]
        if not hit["owner"]:
            return self.env._(
                "It exists already (%(level)s); more may not be shown. Ask the owner by the duplicate check.",
                level=level,
            )
        if hit["last_contact"]:
            return self.env._(
                "It exists already (%(level)s), held by %(owner)s, last contact %(date)s.",
                level=level,
                owner=hit["owner"],
                date=format_date(self.env, hit["last_contact"]),
            )
        return self.env._("It exists already (%(level)s), held by %(owner)s.", level=level, owner=hit["owner"])

    @api.model
    def _candidate(self, text):
        """Keys of what was typed.

        :raises UserError: when it is neither a whole number, nor a code, nor enough of a name
        """
        phone = parse_phone(text)
        if phone.e164:
            return {"phone_keys": (phone.e164,)}
        code = check_credit_code(text)
        if code.valid:
            return {"credit_code": code.normalised}
        if not phone.national or len(phone.national) < len(text) / 2:
            name = parse_company(text)
            # a short name written out with its legal form is a whole name, not a try
            if name.key and (len(name.core) >= MIN_CORE or name.suffix):
                return {"company_key": name.key}
        raise UserError(
            self.env._(
                "Type a whole phone number (fixed lines with area code), a credit code, or at least %(count)s characters "
                "of the company's name without place and legal form.",
                count=MIN_CORE,
            )
        )

    @api.model
    def _hits(self, matches):
        """Pairs of match and what may be told of it."""
        finder = self.env["crm.duplicate.finder"]
        told = {
            model: finder._describe(model, list(kinds), kinds)
            for model in {match.model for match in matches}
            for kinds in [{match.res_id: match.kind for match in matches if match.model == model}]
        }
        hits = []
        for match in matches:
            facts = told[match.model].get(match.res_id)
            if facts:
                told_of_it = {
                    "level": match.level,
                    "model": match.model,
                    "label": facts["label"],
                    "owner": facts["owner"],
                    "last_contact": facts["last_contact"],
                    "res_id": match.res_id if facts["readable"] else 0,
                }
                hits.append((match, told_of_it))
        return hits
