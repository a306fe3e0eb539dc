from odoo import api, models, tools

# lists of records behind a record of a policy that are kept with its columns
LISTS = {
    "crm.approval.policy": ("step_ids",),
    "crm.approval.policy.step": ("user_ids", "copy_user_ids", "edit_ids"),
    "crm.approval.policy.condition": ("payment_term_ids", "product_ids", "category_ids", "region_ids"),
    "crm.approval.policy.edit": (),
}


class ApprovalPolicy(models.Model):
    """Policies as they judge, kept between requests: every submit and every signature asks them, hardly anybody changes
    them. A change clears this in all workers, see ``_changed``."""

    _inherit = "crm.approval.policy"

    @api.model
    @tools.ormcache()
    def _remembered(self):
        """model -> (ids, field -> values as the cache of records holds them), of all policies and their parts."""
        # pylint: disable=no-search-all
        policies = self.sudo().with_context(active_test=False).search([])
        parts = [policies, policies.step_ids, policies.step_ids.edit_ids]
        parts.append(policies.env["crm.approval.policy.condition"].search([("policy_id", "in", policies.ids)]))
        return {
            records._name: (
                records._ids,
                {
                    name: [field.convert_to_cache(record[name], record, validate=False) for record in records]
                    for name, field in records._fields.items()
                    if name in LISTS[records._name] or (field.prefetch is True and not field.translate)
                },
            )
            for records in parts
        }

    @api.model
    def _recall(self):
        """Puts what is remembered into the cache of this transaction; what was read or written in it stays."""
        for model, (ids, columns) in self._remembered().items():
            records = self.env[model].sudo().browse(ids)
            for name, values in columns.items():
                records._fields[name]._insert_cache(records, values)

    @api.model
    @tools.ormcache()
    def _step_names(self):
        """step id -> language -> its name."""
        # pylint: disable=no-search-all
        steps = self.env["crm.approval.policy.step"].sudo().search([])
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        return {step.id: {lang: step.with_context(lang=lang).name for lang in langs} for step in steps}


class ApprovalPolicyStep(models.Model):
    _inherit = "crm.approval.policy.step"

    def _name_in(self, lang):
        """Name of the step in an installed language; empty for a step that is not there any more."""
        return self.env["crm.approval.policy"]._step_names().get(self.id, {}).get(lang, "")
