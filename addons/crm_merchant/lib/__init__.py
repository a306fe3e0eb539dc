"""Plain Python shared by the five addons: no Odoo import, no I/O, no state beyond caches.

Import the submodule you need (``from odoo.addons.crm_merchant.lib import phone``); nothing is
loaded here.
"""
