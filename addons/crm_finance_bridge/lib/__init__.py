"""Plain Python of the bridge, without Odoo."""
