"""Protocol clients of the finance bridge: plain Python, no Odoo import.

Odoo models call these modules; these modules call nobody but the far side. All imports inside the
package are relative, so it works as ``odoo.addons.crm_finance_bridge.clients`` and loaded by path.
"""
