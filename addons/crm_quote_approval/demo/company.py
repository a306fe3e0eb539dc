"""Quotes of the demo company, one for each place on the road of an approval."""

from odoo.fields import Command

from odoo.addons.crm_merchant.demo.company import SUBSIDIARY
from odoo.addons.crm_merchant.demo.leads import lead_of
from odoo.addons.crm_merchant.demo.story import story

from . import issued, paper

# (name, code, price without tax)
PRODUCTS = [
    ("数控冲压自动化生产线", "QC-L600", 113274.34),
    ("立式加工中心 VMC850", "QC-V850", 238000.00),
    ("冷室压铸单元 DC630", "QC-D630", 428000.00),
    ("压铸岛 DC1250（含取件、喷涂、切边）", "QC-D1250", 1180000.00),
    ("取件机器人 R20", "QC-R20", 96000.00),
    ("双回路模温机 MT18", "QC-MT18", 28500.00),
    ("设备安装调试服务", "QC-SRV1", 18000.00),
    ("易损备件包", "QC-SP01", 3600.00),
    ("年度维保服务", "QC-MA01", 32000.00),
]
# key: (company, city, province, phone, whose quote it is, rows of product code and quantity)
QUOTES = {
    "waits_supervisor": ("镇江丹徒电梯配件有限公司", "镇江", "JS", "0511-85520501", "sales_rep", [("QC-MT18", 2)]),
    "late_technical": ("常州武进散热系统有限公司", "常州", "JS", "", "sales_rep", [("QC-V850", 1), ("QC-SRV1", 1)]),
    "waits_finance": ("上海松江医疗器械部件有限公司", "上海", "SH", "", "sales_rep_2", [("QC-R20", 1)]),
    "waits_director": ("天津北辰阀体铸造有限公司", "天津", "TJ", "", "sales_rep_4", [("QC-L600", 2)]),
    "waits_general": ("株洲天元牵引部件有限公司", "株洲", "HN", "", "sales_rep_5", [("QC-D1250", 1), ("QC-SRV1", 2)]),
    "waits_legal": ("温州瓯海泵阀有限公司", "温州", "ZJ", "0577-86110502", "sales_rep_2", [("QC-V850", 2)]),
    "waits_delegate": ("东莞横沥模具城机电有限公司", "东莞", "GD", "", "sales_rep_3", [("QC-R20", 1), ("QC-MT18", 1)]),
    "approved": ("宁波北仑模架有限公司", "宁波", "ZJ", "", "sales_rep", [("QC-V850", 1)]),
    "sent": ("扬州邗江液压机电有限公司", "扬州", "JS", "0514-87990503", "sales_rep_2", [("QC-R20", 2)]),
    "void": ("泰州姜堰减速机有限公司", "泰州", "JS", "0523-88210504", "sales_rep", [("QC-D630", 1)]),
    "rejected": ("马鞍山博望机床配件有限公司", "马鞍山", "AH", "0555-67010505", "sales_rep_2", [("QC-L600", 3)]),
    "returned": ("江门新会五金制品有限公司", "江门", "GD", "0750-66330506", "sales_rep_3", [("QC-D630", 1)]),
    "cheaper": (
        "绍兴柯桥纺机零部件有限公司",
        "绍兴",
        "ZJ",
        "0575-84110507",
        "sales_rep",
        [("QC-V850", 1), ("QC-SP01", 4)],
    ),
    "issued": (
        "芜湖繁昌铝合金压铸有限公司",
        "芜湖",
        "AH",
        "0553-78610508",
        "sales_rep",
        [("QC-D900", 1), ("QC-SRV1", 1)],
    ),
    "incomplete": ("宁国中溪汽车零部件有限公司", "宣城", "AH", "0563-41890509", "sales_rep", [("QC-D900", 1)]),
    "expiring": ("南通海安锻压设备有限公司", "南通", "JS", "0513-88690510", "sales_rep", [("QC-R20", 1)]),
    "expired": ("盐城大丰阀门铸造有限公司", "盐城", "JS", "0515-83520511", "sales_rep_2", [("QC-MT18", 2)]),
    "small": ("常熟虞山五金加工厂", "常熟", "JS", "0512-52770011", "sales_rep", [("QC-SP01", 2)]),
}
REJECTED_BECAUSE = "三台合并报价毛利率低于 18%，且客户仍有逾期款未收回。"
RETURNED_BECAUSE = "付款条件请改为 30/60/10，并附客户厂房图纸。"


def build(env):
    """Builds what is not there yet; the first product tells whether it is."""
    if env["product.product"].search_count([("default_code", "=", PRODUCTS[0][1])]):
        return
    with story(env) as told:
        for chapter in CHAPTERS:
            chapter(told)


# -- what later addons use too ------------------------------------------------------------------


def customer_of(env, name, **vals):
    """The company ``name`` as a customer, made when it is not there yet."""
    partner = env["res.partner"].search([("name", "=", name), ("is_company", "=", True)], limit=1)
    return partner or env["res.partner"].create(
        {"name": name, "is_company": True, "country_id": env.ref("base.cn").id, **vals}
    )


def make_quote(env, user, partner, lines, **vals):
    """A quote written by ``user``; ``lines`` are (product code, quantity)."""
    products = {product.default_code: product for product in env["product.product"].search([])}
    return (
        env["sale.order"]
        .with_user(user)
        .create(
            {
                "partner_id": partner.id,
                "user_id": user.id,
                "order_line": [
                    Command.create({"product_id": products[code].id, "product_uom_qty": quantity})
                    for code, quantity in lines
                ],
                **vals,
            }
        )
    )


def pending_task(order):
    """The first signature that ``order`` waits for, as its signer has it before him; an empty set if none."""
    task = order.env["crm.approval.task"].search(
        [("res_model", "=", order._name), ("res_id", "=", order.id), ("state", "=", "pending")], order="id", limit=1
    )
    return task.with_user(task.user_id)


def approve(order, steps=9, comment=None):
    """The next ``steps`` people sign; by default all whose signature is missing."""
    order = order.sudo()
    for _step in range(steps):
        if not (task := pending_task(order)):
            return
        task.action_approve(comment)


# -- chapters -----------------------------------------------------------------------------------


def settings(told):
    """Paper, policy, products."""
    env = told.env
    paper.build(env)
    env.ref("crm_quote_approval.policy_quote").with_user(told.users["suite_admin"]).action_turn_on()
    taxes = env["account.tax"].search([("type_tax_use", "=", "sale"), ("amount", "=", 13)])
    env["product.product"].create(
        [
            {
                "name": name,
                "default_code": code,
                "type": "service",
                "list_price": price,
                "standard_price": round(price * 0.7, 2),
                "invoice_policy": "order",
                "taxes_id": [Command.set(taxes.ids)],
            }
            for name, code, price in PRODUCTS
        ]
    )


def readme_quote(told):
    """The customer of the website whose quote waits for its second signature."""
    lead = lead_of(told, "苏州吴江纺机制造有限公司")
    partner = customer_of(told.env, lead.partner_name, city="苏州", phone=lead.phone)
    told.just_now()
    lead.with_user(lead.user_id).convert_opportunity(partner)
    quote = make_quote(told.env, lead.user_id, partner, [("QC-L600", 1)], opportunity_id=lead.id)
    quote.action_approval_submit()
    approve(quote, 1, "价格与账期可以接受")


def absence(told):
    """The supervisor of the south is away this week; her region manager signs for her."""
    told.workday(2, 17, 30)
    told.by("sales_supervisor_2", told.env["crm.approval.delegation"]).create(
        {
            "user_id": told.users["sales_supervisor_2"].id,
            "delegate_id": told.users["region_manager_2"].id,
            "date_from": told.day(-2),
            "date_to": told.day(5),
            "reason": "成都展会",
        }
    )


def waiting(told):
    """Quotes that wait, one for each step of the policy, one of them over its time."""
    told.workday(4, 9, 10)
    late = quote_of(told, "late_technical")
    late.action_approval_submit()
    told.workday(4, 10, 25)
    approve(late, 1, "客户急，请尽快")
    told.just_now()
    for key, steps in (("waits_finance", 2), ("waits_director", 3), ("waits_general", 4)):
        quote = quote_of(told, key)
        quote.action_approval_submit()
        approve(quote, steps, "同意")
    quote_of(told, "waits_supervisor").action_approval_submit()
    quote_of(told, "waits_delegate").action_approval_submit()
    legal = quote_of(told, "waits_legal")
    legal.action_approval_submit()
    approve(legal, 1)
    pending_task(legal).action_add_sign(told.users["legal"].ids, "before", "客户要求改质保条款，请法务先看")


def decided(told):
    """Approved, sent, changed afterwards, refused, sent back."""
    told.workday(6, 10)
    for key in ("approved", "sent", "void"):
        quote = quote_of(told, key)
        quote.action_approval_submit()
        told.workday(5, 11)
        approve(quote, comment="同意")
        told.workday(6, 10)
    told.workday(3, 9, 45)
    told.kept["sent"].action_quotation_sent()
    void = told.kept["void"]
    void.order_line[:1].price_unit *= 0.92
    told.workday(3, 15)
    rejected = quote_of(told, "rejected")
    rejected.action_approval_submit()
    approve(rejected, 2)
    pending_task(rejected.sudo()).action_reject(REJECTED_BECAUSE)
    told.workday(2, 10)
    returned = quote_of(told, "returned")
    returned.action_approval_submit()
    approve(returned, 3)
    pending_task(returned.sudo()).action_return(0, RETURNED_BECAUSE)
    quote_of(told, "small")


def cheaper(told):
    """Approved, then the customer got a discount: each approver sees what changed since he signed."""
    told.workday(5, 14)
    quote = quote_of(told, "cheaper")
    quote.action_approval_submit()
    told.workday(5, 16)
    approve(quote, comment="同意")
    told.workday(1, 15)
    quote.order_line[:1].discount = 6
    told.env.flush_all()
    quote.action_approval_submit()


def second_policy(told):
    """A policy with conditions that somebody prepares: still off, to be tried on past quotes first."""
    told.by("suite_admin", told.env["crm.approval.policy"]).create(
        {
            "name": "折扣、账期与信用",
            "sequence": 5,
            "keep_untouched": True,
            "keep_tolerance": 3,
            "step_ids": [
                Command.create(
                    {
                        "name": "区域经理",
                        "sequence": 10,
                        "source": "nth_superior",
                        "superior_level": 2,
                        "limit_number": 4,
                        "condition_ids": [Command.create({"measure": "discount", "operator": ">", "number": 5})],
                    }
                ),
                Command.create(
                    {
                        "name": "财务经理",
                        "sequence": 20,
                        "group_id": told.env.ref("crm_merchant.group_finance_manager").id,
                        "limit_number": 4,
                        "match": "any",
                        "comment_required": True,
                        "condition_ids": [
                            Command.create({"measure": "payment_days", "operator": ">", "number": 60}),
                            Command.create({"measure": "margin", "operator": "<", "number": 18}),
                            Command.create({"measure": "credit_over", "operator": "=", "flag": "yes"}),
                        ],
                    }
                ),
            ],
        }
    )


def subsidiary(told):
    """The second company's quote, judged by the same policy."""
    company = told.company(SUBSIDIARY)
    told.workday(1, 16)
    env = told.inside(company).env
    partner = customer_of(env, "昆山周市压铸厂", city="昆山", phone="0512-57660507")
    lines = [("QC-MA01", 1), ("QC-SP01", 6)]
    quote = make_quote(env, told.users["sales_rep_6"], partner, lines, company_id=company.id)
    quote.action_approval_submit()


def quote_of(told, key):
    """Writes the quote of ``QUOTES[key]`` at this moment, from the opportunity if there is one."""
    name, city, state, phone, login, lines = QUOTES[key]
    state_id = told.env.ref(f"base.state_cn_{state}").id
    partner = customer_of(told.env, name, city=city, state_id=state_id, phone=phone, user_id=told.users[login].id)
    lead = told.env["crm.lead"].search([("partner_id", "=", partner.id)], limit=1)
    quote = make_quote(told.env, told.users[login], partner, lines, opportunity_id=lead.id)
    told.kept[key] = quote
    return quote


def issued_quotes(told):
    """Quotes as customers get them; see ``demo/issued.py``."""
    issued.parameters(told)
    issued.versions(told, quote_of, approve)
    issued.incomplete(told, quote_of)
    issued.expiring(told, quote_of, approve)


CHAPTERS = [
    settings,
    issued.numbering,
    decided,
    absence,
    waiting,
    cheaper,
    readme_quote,
    subsidiary,
    issued_quotes,
    second_policy,
]
