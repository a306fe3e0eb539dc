"""Service of the demo company: machines at a customer's, and a ticket in every stage."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command

from odoo.addons.crm_project_delivery.demo.company import CUSTOMER

EQUIPMENT = ("QC-L600", "QC-V850")
# (product, serial number, accepted so many days ago)
MACHINES = [("QC-V850", "V850-2024-017", 200), ("QC-V850", "V850-2022-006", 900)]


def build(env):
    """Builds what is not there yet; the first machine tells whether it is."""
    env = env(context={**env.context, "lang": "zh_CN", "tz": "Asia/Shanghai"})
    customer = env["res.partner"].search([("name", "=", CUSTOMER)], limit=1)
    if not customer or env["service.asset"].search_count([("serial_number", "=", MACHINES[0][1])]):
        return
    users = {user.login: user for user in env["res.users"].search([])}
    buyer = users["customer"].partner_id
    machines = _build_machines(env, customer)
    team = env.ref("crm_service_ticket.team_after_sales")
    team.leader_id = users["service_lead"]
    env["service.sla.switch"].with_user(users["service_lead"]).create({}).action_apply()
    _build_tickets(env, users, team, buyer, machines)


def _build_machines(env, customer):
    products = env["product.product"].search([("default_code", "in", EQUIPMENT)])
    products.product_tmpl_id.write({"service_is_equipment": True, "service_warranty_months": 24})
    by_code = {product.default_code: product for product in products}
    today = fields.Date.today()
    return env["service.asset"].create(
        [
            {
                "name": by_code[code].name,
                "product_id": by_code[code].id,
                "serial_number": serial,
                "partner_id": customer.id,
                "site_partner_id": customer.id,
                "date_accepted": today - timedelta(days=days),
                "warranty_months": 24,
            }
            for code, serial, days in MACHINES
        ]
    )


def _build_tickets(env, users, team, buyer, machines):
    agent, lead = users["service_agent"], users["service_lead"]
    types = {name: env.ref(f"crm_service_ticket.type_{name}") for name in ("breakdown", "quality", "parts", "question")}

    def ticket(subject, description, kind, asset=None, **vals):
        return env["service.ticket"].create(
            {
                "subject": subject,
                "description": f"<p>{description}</p>",
                "type_id": types[kind].id,
                "asset_id": asset.id if asset else False,
                "partner_id": buyer.id,
                "channel": "portal",
                **vals,
            }
        )

    # nobody is in the team yet when this mail comes
    ticket(
        "询问刀库改造", "听说贵司可以做刀库改造，请联系我。", "question",
        partner_id=False, email_from="ask@example.com", channel="mail",
    )  # fmt: skip
    team.member_ids = [Command.create({"user_id": agent.id})]

    now = fields.Datetime.now()
    with freeze_time(now - timedelta(days=5)):
        solved = ticket("润滑泵不出油", "操作面板提示润滑压力低。", "breakdown", machines[1])
        solved.with_user(agent).action_start()
    with freeze_time(now - timedelta(days=5) + timedelta(minutes=25)):
        _answer(solved, agent, "收到，请先检查油位，我们今天安排工程师远程指导。")
    with freeze_time(now - timedelta(days=5) + timedelta(hours=3)):
        solved.with_user(agent).action_solve(
            "清洗润滑泵滤网并补充 32 号导轨油，压力恢复正常。建议每 500 小时清洗一次滤网。"
        )
        solved.rating_apply(5, rating=solved.rating_ids[:1], feedback="响应很快，讲解清楚")

    with freeze_time(now - timedelta(days=1)):
        waiting = ticket("X 轴定位偏差", "加工孔距偏差 0.05 毫米。", "quality", machines[0])
        waiting.with_user(agent).action_start()
        _answer(waiting, agent, "请提供最近一次的激光干涉仪检测报告，我们据此判断是否需要上门。")
        waiting.with_user(agent).action_wait()
        note = "若为丝杠磨损，需先确认是否在保修期内。"
        waiting.with_user(lead).message_post(body=note, subtype_xmlid="mail.mt_note")

    with freeze_time(now - timedelta(hours=3)):
        late = ticket(
            "主轴过热停机", "加工半小时后主轴报警 E104，整条线停了。", "breakdown", machines[0], priority="p0"
        )
    late.sla_status_ids._sla_advance("breach")

    ticket("采购冷却液过滤芯", "请报一套备用滤芯的价格和交期。", "parts", machines[1])


def _answer(ticket, user, text):
    ticket.with_user(user).message_post(body=text, message_type="comment", subtype_xmlid="mail.mt_comment")
