"""Contracts of the demo company, from the draft to the last payment, and the receipts that wait for a claim."""

import io
from datetime import timedelta

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from odoo.fields import Command

from odoo.addons.crm_merchant.demo.company import SUBSIDIARY
from odoo.addons.crm_merchant.demo.story import story
from odoo.addons.crm_quote_approval.demo.company import approve, customer_of, make_quote

# whose purchaser is the demo's portal user
CUSTOMER = "常州天宁电机股份有限公司"
# key: (company, city, province, phone, tax number, salesperson, rows of product code and quantity)
CONTRACTS = {
    "fresh": (CUSTOMER, "常州", "JS", "0519-88120066", "91320400MADEMO0009", "sales_rep",
              [("QC-L600", 1), ("QC-SRV1", 1)]),
    "draft": ("嘉善姚庄轮毂有限公司", "嘉兴", "ZJ", "0573-84770601", "91330421MADEMO0010", "sales_rep_2",
              [("QC-D630", 1)]),
    "late": ("盐城大丰缸盖铸造有限公司", "盐城", "JS", "0515-83810602", "91320982MADEMO0011", "sales_rep",
             [("QC-D1250", 1), ("QC-SRV1", 2)]),
    "week": ("丹阳后巷工具有限公司", "镇江", "JS", "0511-86310603", "91321181MADEMO0012", "sales_rep",
             [("QC-V850", 2), ("QC-SRV1", 1)]),
    "unpaid": ("金华婺城电动工具有限公司", "金华", "ZJ", "0579-82260604", "91330702MADEMO0013", "sales_rep_2",
               [("QC-R20", 2), ("QC-MT18", 2)]),
    "refused": ("佛山顺德小家电配件有限公司", "佛山", "GD", "0757-22330605", "", "sales_rep_3", [("QC-V850", 1)]),
    "done": ("淮安盱眙电机端盖有限公司", "淮安", "JS", "0517-88210606", "91320830MADEMO0015", "sales_rep",
             [("QC-D630", 1), ("QC-SRV1", 1)]),
    "cancelled": ("衢州江山齿轮有限公司", "衢州", "ZJ", "0570-40110607", "91330881MADEMO0016", "sales_rep_2",
                  [("QC-MT18", 3)]),
}  # fmt: skip
DELAY = "客户厂房地坪未完工，设备无法就位，客户书面同意顺延。"
REFUSAL = "客户开票资料缺税号，请业务补齐后重新申请。"
# (days ago, key of the payer's contract or none, amount, what the payer wrote)
RECEIPTS = [
    (2, "late", 200000.00, "货款"),
    (1, "", 96000.00, "设备款 进度"),
    (0, "", 4068.00, "备件款 代付"),
]


def build(env):
    """Builds what is not there yet; the customer tells whether it is."""
    if env["res.partner"].search_count([("name", "=", CUSTOMER)]):
        return
    env.ref("base.group_user").implied_ids += env.ref("project.group_project_milestone")
    with story(env) as told:
        for chapter in CHAPTERS:
            chapter(told)


# -- what later addons use too ------------------------------------------------------------------


def make_contract(told, key, data, sign=True):
    """The contract of a new order of ``data``, a row as in ``CONTRACTS``, made and signed at this moment.

    It stands in ``told.kept[key]`` as the superuser has it.
    """
    name, city, state, phone, vat, login, lines = data
    seller = told.users[login]
    partner = customer_of(
        told.env, name, city=city, state_id=told.env.ref(f"base.state_cn_{state}").id, phone=phone, vat=vat,
        user_id=seller.id,
    )  # fmt: skip
    order = make_quote(told.env, seller, partner, lines)
    if order.sudo()._approval_required():
        order.action_approval_submit()
        approve(order)
    order.action_confirm()
    commerce = told.by("hq_commerce", order).with_company(order.company_id)
    contract = told.env["crm.contract"].browse(commerce.action_create_contract()["res_id"])
    told.kept[key] = contract
    if order.company_id == told.env.company:
        told.by("hq_commerce", contract).manager_id = told.users["project_manager"]
    if sign:
        told.by("hq_commerce", contract).action_sign()
    return contract


def invoice(told, line):
    """The clerk makes and posts the invoice of a due row."""
    line = told.by("finance_clerk", line).with_company(line.company_id)
    line.action_create_invoice()
    line.sudo().invoice_id.with_user(told.users["finance_clerk"]).action_post()


def receive(told, line, amount=None):
    """Money for an invoiced row arrives and the clerk claims it."""
    payment = receipt(told, line.company_id, line.partner_id, amount or line.amount, line.invoice_id.name)
    told.by("finance_clerk", payment).with_company(line.company_id).action_claim(line.ids)
    # the salesperson is told and ticks it off
    for todo in line.contract_id.activity_ids:
        todo.with_user(todo.user_id).action_feedback()


def receipt(told, company, partner, amount, memo):
    """A draft receipt as the bank's statement brings it, to be claimed by finance."""
    journal = told.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
    payment = told.by("finance_clerk", told.env["account.payment"]).with_company(company).create(
        {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": partner.id,
            "amount": amount,
            "journal_id": journal.id,
            "memo": memo,
            "company_id": company.id,
        }
    )  # fmt: skip
    payment = payment.sudo().with_env(told.env)
    payment._claim_open()
    return payment


def hand_in(told, milestone, name):
    """The field engineer hands a milestone in with its deliverable."""
    told.by("project_manager", milestone).delivery_owner_id = told.users["field_engineer"]
    own = told.by("field_engineer", milestone)
    own.delivery_attachment_ids = [
        Command.create(
            {"name": name, "raw": _page(name, milestone), "res_model": milestone._name, "res_id": milestone.id}
        )
    ]
    own.action_submit()


def accept(told, milestone, name):
    hand_in(told, milestone, name)
    told.by("project_manager", milestone).action_accept()


def _page(name, milestone):
    """One page of paper that says what it is."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    page = canvas.Canvas(stream, invariant=True)
    page.setFont("STSong-Light", 20)
    page.drawString(72, 740, name.removesuffix(".pdf"))
    page.setFont("STSong-Light", 12)
    page.drawString(72, 700, milestone.project_id.name)
    page.save()
    return stream.getvalue()


# -- chapters -----------------------------------------------------------------------------------


def done(told):
    """Delivered in time and paid to the last yuan."""
    told.at(160)
    contract = make_contract(told, "done", CONTRACTS["done"])
    deposit, progress, rest = contract.plan_line_ids
    production, installation, acceptance = contract.milestone_ids
    told.at(158)
    invoice(told, deposit)
    told.at(155)
    receive(told, deposit)
    told.at(132)
    accept(told, production, "出厂检验报告.pdf")
    invoice(told, progress)
    told.at(126)
    receive(told, progress)
    told.at(118)
    accept(told, installation, "安装调试记录.pdf")
    told.at(103)
    accept(told, acceptance, "终验收单.pdf")
    invoice(told, rest)
    told.at(75)
    receive(told, rest)


def late(told):
    """The second payment is overdue, the machine cannot be installed because the customer's hall is not ready."""
    told.at(78)
    contract = make_contract(told, "late", CONTRACTS["late"])
    deposit, progress, _rest = contract.plan_line_ids
    production, installation, _acceptance = contract.milestone_ids
    told.at(76)
    invoice(told, deposit)
    told.at(71)
    receive(told, deposit)
    told.at(50)
    accept(told, production, "出厂检验报告.pdf")
    told.at(48)
    invoice(told, progress)
    told.at(40)
    receive(told, progress, 300000.00)
    told.at(31)
    told.by("project_manager", installation).write(
        {"delivery_delay_cause": DELAY, "delivery_delay_side": "customer", "delivery_owner_id": told.users["field_engineer"].id}
    )  # fmt: skip


def unpaid(told):
    """Signed weeks ago, nothing received: the salesperson asks for the invoice."""
    told.at(35)
    contract = make_contract(told, "unpaid", CONTRACTS["unpaid"])
    told.at(2, 16)
    told.by("sales_rep_2", contract.plan_line_ids[0]).action_request_invoice()


def week(told):
    """Production ends this week; the engineer has handed it in and the project manager may accept it."""
    today = told.day(0)
    due = today + timedelta(days=max(4 - today.weekday(), 0) if today.weekday() < 5 else 6 - today.weekday())
    told.at(30 - (due - today).days)
    contract = make_contract(told, "week", CONTRACTS["week"])
    deposit = contract.plan_line_ids[0]
    told.at(20)
    invoice(told, deposit)
    told.at(16)
    receive(told, deposit)
    told.workday(1, 17)
    hand_in(told, contract.milestone_ids[0], "出厂检验报告.pdf")


def refused(told):
    """Finance refused the invoice because the customer's tax number is missing."""
    told.at(12)
    contract = make_contract(told, "refused", CONTRACTS["refused"])
    told.at(10)
    action = told.by("sales_rep_3", contract.plan_line_ids[0]).action_request_invoice()
    told.at(9)
    told.by("finance_clerk", told.env["crm.invoice.request"].browse(action["res_id"])).action_refuse(REFUSAL)


def cancelled(told):
    told.at(25)
    contract = make_contract(told, "cancelled", CONTRACTS["cancelled"], sign=False)
    told.at(22)
    told.by("sales_rep_2", contract).action_cancel("客户改为租赁，合同不再签署")


def subsidiary(told):
    """A maintenance contract of the second company."""
    company = told.company(SUBSIDIARY)
    inside = told.inside(company)
    inside.at(20)
    data = ("昆山周市压铸厂", "昆山", "JS", "0512-57660507", "91320583MADEMO0017", "sales_rep_6", [("QC-SP01", 5)])
    contract = make_contract(inside, "subsidiary", data)
    inside.at(18)
    invoice(inside, contract.plan_line_ids[0])


def fresh(told):
    """Signed just now; the customer's purchaser follows it in the portal, where another quote waits for him."""
    told.just_now()
    make_contract(told, "draft", CONTRACTS["draft"], sign=False)
    contract = make_contract(told, "fresh", CONTRACTS["fresh"])
    offer = make_quote(told.env, told.users["sales_rep"], contract.partner_id, [("QC-SP01", 3)])
    # judged together with the contract just signed
    offer.action_approval_submit()
    approve(offer)
    offer.action_quotation_sent()
    contact = told.env["res.partner"].create(
        {"name": "魏采购", "parent_id": contract.partner_id.id, "email": "customer@example.com"}
    )
    told.env["res.users"].with_context(no_reset_password=True).create(
        {
            "partner_id": contact.id,
            "login": "customer",
            "password": "customer",
            "lang": "zh_CN",
            "tz": "Asia/Shanghai",
            "group_ids": [Command.set(told.env.ref("base.group_portal").ids)],
        }
    )


def receipts(told):
    """Money that nobody has claimed yet."""
    for days, key, amount, memo in RECEIPTS:
        told.at(days, 14)
        partner = told.kept[key].commercial_partner_id if key else told.env["res.partner"]
        receipt(told, told.env.company, partner, amount, memo)


CHAPTERS = [done, late, unpaid, week, cancelled, subsidiary, refused, fresh, receipts]
