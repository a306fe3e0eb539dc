from odoo import api, models


class ResPartner(models.Model):
    """The one override of ``create`` and ``write`` of partners; see ``watch_mixin``."""

    _name = "res.partner"
    _inherit = ["res.partner", "crm.watch.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        records = self._guard_defaults()
        return records._watched_create(super(ResPartner, records).create, vals_list).with_env(self.env)

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)

    # What later addons and consultants know about a customer. The defaults say nothing; each addon adds its share.

    def _merchant_360_sections(self):
        """What stands on the page that shows a customer whole.

        :return: list of dict, one a block: ``code`` (unique), ``title``, ``sequence``, ``rows`` (list of dict with
            ``label``, ``value`` (text, formatted for the reader) and, where one can go there, ``res_model`` and
            ``res_ids``). Only what the asking user may read.
        """
        self.ensure_one()
        return []

    def _merchant_risk_signals(self):
        """What somebody should know before he deals with these customers, in few queries for any number of them.

        :return: list of dict: ``partner_id`` (id of the company), ``code``, ``level`` (``info``, ``warning`` or
            ``danger``), ``text`` (one sentence) and ``at`` (naive UTC, since when). Only what the asking user may read.
        """
        return []

    def _merchant_tier_measures(self):
        """What a tier of customers may be measured by.

        :return: dict of name -> ``SQL``, an aggregate over one ``commercial_partner_id``
        """
        return {}
