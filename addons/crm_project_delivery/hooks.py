"""What uninstalling has to clean up besides what Odoo removes by itself."""

from odoo.addons.crm_merchant.hooks import forget_foreign_keys

# role -> what this addon let it imply of Odoo's own groups; see the groups' file
_ROLES = {
    "crm_merchant.group_project_manager": "project.group_project_manager",
    "crm_merchant.group_field_engineer": "project.group_project_user",
    "crm_merchant.group_suite_admin": "project.group_project_manager",
}


def uninstall_hook(env):
    """Takes back the rights that the roles have through this addon, and the yearly counters of contract numbers.

    Roles and Odoo's groups both stay, so Odoo would leave the link between them. A counter that goes with its sequence
    by the database's own cascade leaves its PostgreSQL sequence behind.
    """
    for role, implied in _ROLES.items():
        group = env.ref(role, raise_if_not_found=False)
        right = env.ref(implied, raise_if_not_found=False)
        if group and right:
            group.implied_ids -= right
    env["ir.sequence"].sudo().search([("code", "=", "crm.contract")]).date_range_ids.unlink()
    forget_foreign_keys(env, "crm_project_delivery")
