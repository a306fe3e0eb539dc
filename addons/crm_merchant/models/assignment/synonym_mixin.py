from odoo import api, fields, models

from ...lib.text import normalise


class SynonymMixin(models.AbstractModel):
    """A list that assignment rules ask for, and that customers write in their own words."""

    _name = "crm.synonym.mixin"
    _description = "Read from Text"

    merchant_synonyms = fields.Char(
        "Also Called",
        groups="base.group_user",
        help="Other words by which forms and files may call it, with commas between them",
    )

    @api.model
    def _merchant_read_texts(self, texts):
        """Which records somebody means.

        The whole text is a name or another word of a record, in any language; else the longest of them that stands in
        the text. Words of one letter are looked for as a whole only.

        :param texts: iterable of str
        :return: dict of text -> id, without those that say nothing
        """
        texts = {text for text in texts if text}
        if not texts:
            return {}
        known = self._merchant_known_words()
        longest_first = sorted((word for word in known if len(word) > 1), key=len, reverse=True)
        found = {}
        for text in texts:
            words = normalise(text).casefold()
            word = words if words in known else next((word for word in longest_first if word in words), None)
            if word:
                found[text] = known[word]
        return found

    @api.model
    def _merchant_known_words(self):
        """Word -> id; where two have the same word, the first in the list has it."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        known = {}
        for language in languages if self._fields["name"].translate else languages[:1]:
            for record in self.sudo().with_context(lang=language).search_fetch([], ["name", "merchant_synonyms"]):
                others = (record.merchant_synonyms or "").replace("，", ",").replace("、", ",").split(",")
                for word in (record.name, *others):
                    known.setdefault(normalise(word).casefold(), record.id)
        known.pop("", None)
        return known


class ResPartnerIndustry(models.Model):
    _name = "res.partner.industry"
    _inherit = ["res.partner.industry", "crm.synonym.mixin"]


class ProductCategory(models.Model):
    _name = "product.category"
    _inherit = ["product.category", "crm.synonym.mixin"]
