import re

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, ValidationError

from ...lib.divisions import DIVISION_BY_CODE


class CrmRegion(models.Model):
    """A sales region: provinces, and cities that go their own way.

    Sales regions have no official definition, so the shipped split is data. Shipped regions are archived until a key
    user turns them on; without an active region nothing gets one.
    """

    _name = "crm.region"
    _inherit = ["crm.remembered.mixin"]
    _description = "Sales Region"
    _parent_store = True
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies")
    parent_id = fields.Many2one("crm.region", "Parent Region", index=True, ondelete="restrict", check_company=True)
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("crm.region", "parent_id")
    state_ids = fields.Many2many("res.country.state", string="Provinces")
    city_names = fields.Text("Cities", help="Cities that belong here whatever their province; one a line or by comma")
    manager_ids = fields.Many2many("res.users", "crm_region_manager_rel", string="Managers")
    reader_ids = fields.Many2many(
        "res.users",
        "crm_region_reader_rel",
        string="Readers",
        compute="_compute_reader_ids",
        store=True,
        recursive=True,
        help="The managers of this region and of all above it",
    )
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True)
    is_scoped = fields.Boolean(
        "Closed to Others",
        help="Leads of this region are seen only by their owner, the region's managers and headquarters",
    )

    _code_uniq = models.UniqueIndex("(code, COALESCE(company_id, 0))", "This code is used by another region.")

    @api.depends("manager_ids", "parent_id.reader_ids")
    def _compute_reader_ids(self):
        for region in self:
            region.reader_ids = region.manager_ids | region.parent_id.reader_ids

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A region cannot lie inside itself."))

    def write(self, vals):
        closing = self.filtered(lambda region: not region.is_scoped) if vals.get("is_scoped") else self.browse()
        result = super().write(vals)
        closing._region_unfollow()
        return result

    def _region_unfollow(self):
        """Staff who may not read a record of these regions stop following it: a follower is sent every message."""
        followers = self.env["mail.followers"].sudo()
        for name in ("crm.lead", "res.partner", "sale.order") if self else ():
            model = self.env[name].with_context(active_test=False)
            inside = model.sudo()._search([("region_id", "in", self.ids)])
            staff = followers._read_group(
                [("res_model", "=", name), ("res_id", "in", inside), ("partner_id.partner_share", "=", False)],
                ["partner_id"],
                ["res_id:array_agg"],
            )
            for partner, ids in staff:
                user = partner.user_ids[:1]
                mine = model.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
                gone = set(ids).difference(mine.search([("id", "in", ids)]).ids if user else ())
                followers.search(
                    [("res_model", "=", name), ("res_id", "in", list(gone)), ("partner_id", "=", partner.id)]
                ).unlink()

    # -- finding the region of a place ------------------------------------------------------

    @api.model
    @tools.ormcache("company_id")
    def _region_map(self, company_id):
        """Where places lie: ``{"state": {state id: region id}, "city": {name: region id}}``.

        Deeper regions win over those above them; among equals the first in the list.
        """
        by_state, by_city = {}, {}
        regions = self.sudo().search([("company_id", "in", (False, company_id))])
        depth = {region: region.parent_path.count("/") for region in regions}
        for region in regions.sorted(lambda r: -depth[r]):
            for state in region.state_ids:
                by_state.setdefault(state.id, region.id)
            for city in re.split(r"[\s,，、;；]+", region.city_names or ""):
                if city:
                    by_city.setdefault(city.removesuffix("市"), region.id)
        return {"state": by_state, "city": by_city}

    @api.model
    @tools.ormcache()
    def _state_of_province_code(self):
        """GB/T 2260 province code -> id of Odoo's state."""
        found = {}
        for code, division in DIVISION_BY_CODE.items():
            state = self.env.ref(division.xml_id, raise_if_not_found=False)
            if state:
                found[code] = state.id
        return found

    # -- the switch -------------------------------------------------------------------------

    @api.model
    def _shipped(self):
        """The regions that come with the addon, archived or not."""
        data = self.env["ir.model.data"].sudo()
        ids = data.search([("module", "=", "crm_merchant"), ("model", "=", self._name)]).mapped("res_id")
        return self.with_context(active_test=False).browse(ids).exists()

    def action_switch_on(self):
        """Turns the shipped regions on and gives every lead and company its region.

        :raises AccessError: for anyone but sales managers
        """
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only a sales administrator can turn the regions on."))
        self._shipped().action_unarchive()
        for model in ("crm.lead", "res.partner", "sale.order"):
            self.env[model].sudo()._region_fill()
        return {"type": "ir.actions.client", "tag": "reload"}
