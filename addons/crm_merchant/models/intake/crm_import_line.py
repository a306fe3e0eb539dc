from odoo import api, fields, models


class ImportLine(models.Model):
    """One row of a file: as it was written, and as it was understood."""

    _name = "crm.import.line"
    _description = "Row of a Lead Import"
    _order = "batch_id desc, id"
    _rec_name = "place"
    _check_company_auto = True

    batch_id = fields.Many2one("crm.import.batch", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="batch_id.company_id", store=True)
    sheet = fields.Char(readonly=True)
    row_no = fields.Integer("Row", readonly=True, help="Number of the row as the spreadsheet program shows it")
    place = fields.Char("Row of the File", compute="_compute_place")
    raw = fields.Json(readonly=True, help="List of header and text of every filled cell")
    values = fields.Json(readonly=True)
    company_name = fields.Char(readonly=True)
    contact_name = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    problem = fields.Text("What Is Wrong", readonly=True)
    hint = fields.Text("Please Note", readonly=True)
    state = fields.Selection(
        [
            ("new", "Read"),
            ("ready", "Ready"),
            ("problem", "To Mend"),
            ("duplicate", "Duplicate?"),
            ("update", "To Update"),
            ("imported", "Imported"),
            ("merged", "Merged"),
            ("skipped", "Left Out"),
            ("kept", "Kept, Worked On"),
        ],
        required=True,
        default="new",
        readonly=True,
    )
    merged_lead_id = fields.Many2one(
        "crm.lead", "Merged Into", readonly=True, index="btree_not_null", ondelete="set null"
    )
    filled = fields.Json(readonly=True, help="What this row changed in a lead that was there: field -> before, after")
    lead_id = fields.Many2one("crm.lead", compute="_compute_lead_id", help="The lead this row became or went into")

    # counters of a batch, and the next rows to import
    _batch_state_idx = models.Index("(batch_id, state, id)")

    @api.depends("sheet", "row_no")
    def _compute_place(self):
        for line in self:
            line.place = f"{line.sheet} #{line.row_no}"

    def _compute_lead_id(self):
        Lead = self.env["crm.lead"].with_context(active_test=False)
        # only leads that the user may read
        by_line = {lead.import_line_id.id: lead.id for lead in Lead.search([("import_line_id", "in", self.ids)])}
        readable = self.sudo().merged_lead_id.with_env(self.env)._filtered_access("read")
        for line in self:
            merged = line.sudo().merged_lead_id.id
            line.lead_id = by_line.get(line.id) or (merged if merged in readable._ids else False)

    @api.model
    def _keys(self, values):
        """Keys of a row as a candidate of ``crm.duplicate.finder``; ``values`` is what stands in its field of that name."""
        return {
            "credit_code": values.get("credit_code", ""),
            "phone_keys": values.get("phone_keys", ()),
            "company_key": values.get("company_key", ""),
        }

    # -- words -----------------------------------------------------------------------------------

    @api.model
    def _words(self, findings, *, of_form=False, texts=None):
        """Findings of ``row_reader`` as sentences, a line each: column, what is wrong, how to mend it.

        :param of_form: it was typed into a form, which has fields instead of columns
        :param texts: result of :meth:`_finding_texts`, for many rows
        """
        if not findings:
            return ""
        texts = texts or self._finding_texts()
        lines = []
        for header, code, detail in findings:
            text = texts.get(code) or texts["unreadable"]
            text = text % {"detail": detail}
            if header and of_form:
                text = self.env._("%(field)s: %(text)s", field=header, text=text)
            elif header:
                text = self.env._("Column “%(column)s”: %(text)s", column=header, text=text)
            lines.append(text)
        return "\n".join(lines)

    @api.model
    def _finding_texts(self):
        """Sentence of each code; ``%(detail)s`` is what stands in the cell."""
        return {
            "no_name": self.env._("Neither a company nor a person is named. Fill in one of the two."),
            "no_reach": self.env._("There is neither a phone number nor a mail address. Fill in one of the two."),
            "cell_error": self.env._("The cell holds the error %(detail)s of a formula. Type the value itself."),
            "garbled": self.env._("“%(detail)s” is unreadable, the characters were lost. Type the text again."),
            "formula": self.env._("“%(detail)s” begins like a formula. Delete the sign in front."),
            "phone_text": self.env._("“%(detail)s” is no phone number. Write the digits only, none hidden."),
            "phone_empty": self.env._("There is no phone number."),
            "phone_lost_digits": self.env._(
                "The spreadsheet rounded the number to %(detail)s and its last digits are lost. Type the number again as text."
            ),
            "phone_no_area_code": self.env._("%(detail)s has no area code. Put it in front, for example 0512-."),
            "phone_area_code": self.env._("%(detail)s begins with an area code that does not exist. Check the number."),
            "phone_length": self.env._(
                "%(detail)s is no mobile or fixed line number of China: length or beginning do not fit. Check the digits."
            ),
            "email": self.env._("“%(detail)s” is no mail address. It needs one @ and a domain."),
            "credit_code_suggestion": self.env._(
                "The credit code is wrong; by its look it may be %(detail)s. Check it against the licence."
            ),
            "credit_code_length": self.env._("The credit code “%(detail)s” does not have 18 characters."),
            "credit_code_lost_digits": self.env._(
                "The spreadsheet kept the credit code as the number %(detail)s and lost digits. Type it again as text."
            ),
            "credit_code_alphabet": self.env._(
                "The credit code “%(detail)s” holds a character that the standard does not use."
            ),
            "credit_code_division": self.env._("Characters 3 to 8 of the credit code “%(detail)s” must be digits."),
            "credit_code_check": self.env._(
                "The check character of the credit code “%(detail)s” does not fit: a typing mistake."
            ),
            "credit_code_body_check": self.env._(
                "The 17th character of the credit code “%(detail)s” does not fit: a typing mistake."
            ),
            "budget": self.env._("“%(detail)s” is no amount. It goes into the notes."),
            "province": self.env._("“%(detail)s” names no province. It goes into the notes."),
            "too_long": self.env._("The name is longer than %(detail)s characters. Shorten it."),
            "long_text": self.env._("“%(detail)s…” is too long for its field. It goes into the notes."),
            "unreadable": self.env._("“%(detail)s” cannot be read."),
        }
