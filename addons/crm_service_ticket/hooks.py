"""What uninstalling has to clean up besides what Odoo removes by itself."""


def uninstall_hook(env):
    """Removes the yearly counters of ticket numbers: going with their sequence by the database's own cascade, they
    would leave their PostgreSQL sequences behind."""
    env["ir.sequence"].sudo().search([("code", "=", "service.ticket")]).date_range_ids.unlink()
    # also those that a key user made for his company: their item is gone
    items = env["crm.go.no.go"].sudo().with_context(active_test=False)
    items.search([("code", "=", "service_tickets")]).unlink()
