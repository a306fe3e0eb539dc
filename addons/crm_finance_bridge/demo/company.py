"""The demo company's connection to the simulated Kingdee, if one runs beside it."""

import json
import os


def build(env):
    """Makes the connection and switches it on; without a simulator there is nothing to connect to.

    Address and account come from the environment that ``bin/run`` gives its server.
    """
    url = os.environ.get("CRM_SUITE_SIMULATOR_URL")
    if not url or env["finance.connection"].search_count([("base_url", "=", url)]):
        return
    account = json.loads(os.environ["CRM_SUITE_SIMULATOR_ACCOUNT"])
    finance = env["res.users"].search([("login", "=", "finance_manager")])
    connection = env["finance.connection"].create(
        {
            "name": "金蝶云星空（模拟）",
            "base_url": url,
            "account_set": account["acct_id"],
            "user_name": account["user_name"],
            "app_id": account["app_id"],
            "secret_input": account["app_secret"],
            "organisation": "100",
            "default_material": "QC-SERVICE",
            "default_unit": "Pcs",
            "responsible_id": finance.id,
            "receipt_journal_id": env["account.journal"]
            .search([("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1)
            .id,
        }
    )
    wizard = env["finance.switch.on"].with_user(finance).create({"connection_id": connection.id})
    wizard.action_confirm()
