"""The demo company's paper: quotations with letterhead and bank account."""

BANK = "中国农业银行苏州工业园区支行"
# no real account: the demo company exists nowhere
ACCOUNT = "10 5501 0104 0000 001"


def build(env):
    """Switches the letterhead on and enters what it shows; once."""
    company = env.company
    if company.quote_letterhead:
        return
    company.write({"quote_letterhead": True, "vat": company.vat or "91320594MADEMO0001"})
    journal = env["account.journal"].search([("company_id", "=", company.id), ("type", "=", "bank")], limit=1)
    if journal and not journal.bank_account_id:
        bank = env["res.bank"].search([("name", "=", BANK)], limit=1) or env["res.bank"].create({"name": BANK})
        journal.bank_account_id = env["res.partner.bank"].create(
            {"acc_number": ACCOUNT, "bank_id": bank.id, "partner_id": company.partner_id.id}
        )
