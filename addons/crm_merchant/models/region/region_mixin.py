from odoo import fields, models

from ...lib.credit_code import province_of_credit_code
from ...lib.divisions import province_from_text
from ...lib.phone import parse_phones, province_of_area_code


class RegionMixin(models.AbstractModel):
    _name = "crm.region.mixin"
    _inherit = ["crm.watch.mixin"]
    _description = "Record with a Sales Region"

    region_id = fields.Many2one(
        "crm.region", index="btree_not_null", readonly=True, copy=False, groups="base.group_user"
    )

    def _region_place_fields(self):
        """Fields that say where the record is."""
        return ("state_id", "city", "phone")

    def _watched_fields(self):
        return {**super()._watched_fields(), **dict.fromkeys(self._region_place_fields(), "_region_written")}

    def _region_credit_code(self):
        """Unified social credit code of one record as it was typed; its digits say where it is registered."""
        self.ensure_one()
        return ""

    def _guarded_fields(self):
        return super()._guarded_fields() | {"region_id"}

    def _region_written(self, before):
        self._region_assign(is_new=not before)

    def _region_elsewhere(self):
        """Regions of those of these records (superuser) that no place of their own tells: dict of record id -> region id."""
        return {}

    def _region_assign(self, is_new=False):
        """Door of ``region_id``: finds the region from city, province, the phone's area code, then the credit code.

        Any number of records of any companies; one write per region that changes something.

        :param is_new: the records were just made, so that nothing else tells where they lie
        """
        found = {}
        for record in self.sudo():
            region_map = self.env["crm.region"]._region_map(record.company_id.id or self.env.company.id)
            if region_map["state"] or region_map["city"]:
                found[record] = record._region_find(region_map)
        lost = self.sudo().browse([record.id for record, region_id in found.items() if not region_id and not is_new])
        elsewhere = lost._region_elsewhere() if lost else {}
        wanted = {}
        for record, own_id in found.items():
            region_id = own_id or elsewhere.get(record.id, False)
            if region_id != record.region_id.id:
                wanted.setdefault(region_id, []).append(record.id)
        for region_id, ids in wanted.items():
            self.browse(ids).sudo()._through_door("region_id").write({"region_id": region_id})

    def _region_find(self, region_map):
        """Region id of one record, or False. ``region_map`` as of ``crm.region._region_map``."""
        self.ensure_one()
        city = (self.city or "").strip()
        found = region_map["city"].get(city.removesuffix("市"))
        if found:
            return found
        state_id = self.state_id.id
        if not state_id:
            states = self.env["crm.region"]._state_of_province_code()
            division = province_from_text(city) if city else None
            state_id = states.get(division.code) if division else None
            for phone in parse_phones(self.phone) if self.phone and not state_id else ():
                state_id = states.get(province_of_area_code(phone.area_code))
                if state_id:
                    break
            state_id = state_id or states.get(province_of_credit_code(self._region_credit_code()))
        return region_map["state"].get(state_id, False)

    def _region_fill(self):
        """Gives every record without a region its region, in batches; used when regions are turned on."""
        last = 0
        while True:
            batch = self.with_context(active_test=False).search(
                [("id", ">", last), ("region_id", "=", False)], order="id", limit=5000
            )
            if not batch:
                return
            batch._region_assign()
            last = batch[-1].id
