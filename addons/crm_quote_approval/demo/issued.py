"""Quotes of the demo company as customers get them: numbered, complete, in versions, for a while, by a link."""

from odoo.fields import Command

# name, kind, unit, choices
MACHINE = [("控制系统", "choice", "", "FANUC, 西门子, 广数"), ("电源", "choice", "", "380 V 50 Hz, 415 V 50 Hz")]
CELL = [("锁模力", "number", "kN", ""), ("最大压射量", "number", "kg", ""), ("节拍", "text", "", "")]
PRODUCT = ("冷室压铸单元 DC900（含周边）", "QC-D900", 560000.00)
VALUES = {"控制系统": "FANUC", "电源": "380 V 50 Hz", "锁模力": "9000", "最大压射量": "12.5", "节拍": "≤ 62 秒 / 模"}


def numbering(told):
    """The company's own numbers: BJ2026-0001, the counter anew every year."""
    rules = told.by("suite_admin", told.env["sale.quote.numbering"])
    rule = rules.create(
        {
            "name": "报价编号",
            "reset": "year",
            "part_ids": [
                Command.create({"sequence": number, "kind": kind, "text": text})
                for number, (kind, text) in enumerate(
                    [("text", "BJ"), ("year", ""), ("text", "-"), ("user", "00"), ("counter", "")]
                )
            ],
            "code_ids": [
                Command.create({"user_id": told.users[login].id, "code": code})
                for login, code in (("sales_rep", "01"), ("sales_rep_2", "02"), ("sales_rep_3", "03"))
            ],
        }
    )
    rule.action_turn_on()


def parameters(told):
    """What quotes of machines have to name; the category below inherits it."""
    env = told.env
    machines = env["product.category"].create({"name": "成套装备"})
    cells = env["product.category"].create({"name": "压铸单元", "parent_id": machines.id})
    rows = told.by("suite_admin", env["crm.product.parameter"])
    for category, parameters_of in ((machines, MACHINE), (cells, CELL)):
        for number, (name, kind, unit, choices) in enumerate(parameters_of):
            vals = {"categ_id": category.id, "sequence": number, "name": name, "kind": kind, "unit": unit}
            rows.create({**vals, **({"choice_text": choices} if choices else {})})
    name, code, price = PRODUCT
    env["product.product"].create(
        {
            "name": name,
            "default_code": code,
            "type": "service",
            "categ_id": cells.id,
            "list_price": price,
            "standard_price": round(price * 0.72, 2),
            "invoice_policy": "order",
            "taxes_id": [
                Command.set(env["account.tax"].search([("type_tax_use", "=", "sale"), ("amount", "=", 13)]).ids)
            ],
        }
    ).with_context(lang="en_US").name = "Cold Chamber Die Casting Cell DC900"


def enter_parameters(order, values):
    """As the salesperson does in the window."""
    window = order.env["crm.quote.parameters"]._open_for(order)
    for row in window.line_ids:
        value = values.get(row.sudo().parameter_id.name, "")
        if row.kind == "choice":
            row.choice_id = row.sudo().parameter_id.choice_ids.filtered(lambda c, value=value: c.name == value)
        else:
            row.value = value
    window.action_apply()


def versions(told, quote_of, approve):
    """Approved twice: after talks the customer took a spare set and got three per cent. Then he got a link."""
    told.workday(8, 9, 30)
    quote = quote_of(told, "issued")
    quote.paper_bilingual = True
    enter_parameters(quote, VALUES)
    quote.action_approval_submit()
    told.workday(7, 15)
    approve(quote, comment="同意")
    told.workday(3, 10)
    machine = quote.order_line[:1]
    spare = told.env["product.product"].search([("default_code", "=", "QC-SP01")], limit=1)
    quote.order_line = [
        Command.update(machine.id, {"discount": 3}),
        Command.create({"product_id": spare.id, "product_uom_qty": 2}),
    ]
    enter_parameters(quote, {**VALUES, "控制系统": "西门子"})
    told.env.flush_all()
    quote.action_approval_submit()
    told.workday(2, 16)
    approve(quote, comment="按三点优惠执行")
    told.workday(2, 17)
    share = quote._quote_share(quote.partner_id.name, told.day(14))
    told.workday(1, 9, 20)
    share.sudo()._note_opening()
    told.workday(1, 14, 5)
    share.sudo()._note_opening()


def incomplete(told, quote_of):
    """Not to be submitted yet: two parameters are missing."""
    told.workday(1, 11)
    quote = quote_of(told, "incomplete")
    enter_parameters(quote, {name: text for name, text in VALUES.items() if name not in ("节拍", "最大压射量")})


def expiring(told, quote_of, approve):
    """One runs out in two days, one ran out yesterday."""
    told.env.company.write({"quote_expiry_active": True, "quote_notice_days": 3})
    told.workday(12, 10)
    for key, days in (("expiring", 2), ("expired", -1)):
        quote = quote_of(told, key)
        quote.validity_date = told.day(days)
        quote.action_approval_submit()
        approve(quote, comment="同意")
        quote.action_quotation_sent()
    told.just_now()
    orders = told.kept["expiring"] | told.kept["expired"]
    told.env.flush_all()
    # what the clock does, for these two alone: one notice, then the end of the one that is over
    for _step in range(2):
        due = orders.sudo().filtered(lambda order: order.expiry_deadline and order.expiry_deadline <= told.env.cr.now())
        due._expiry_advance()
        told.env.flush_all()
