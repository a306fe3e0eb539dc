"""The ways by which leads come in, as marketing set them up, and what came in by them in the last days."""

FAIR = "2026 上海国际压铸展"
PRIVACY = "我们仅将您填写的信息用于回复本次询价，保存两年；如需更正或删除，请致电 0512-62880000。"
# (kind, name, source, medium, what happens to known ones, more)
CHANNELS = [
    (
        "web_form", "官网询价表", "官网", "网站表单", "merge",
        {"intro": "留下电话，工程师两个工作小时内回电。", "thanks": "已收到，工程师会尽快联系您。", "privacy": PRIVACY},
    ),
    (
        "qr", "上海压铸展 扫码登记", "展会", "二维码", "warn",
        {
            "intro": "拍一下名片，资料会后发到您的手机。", "thanks": "谢谢参观，资料稍后发送。", "with_photo": True,
            "sender_limit": 200,
        },
    ),
    ("endpoint", "巨量引擎 投放线索", "信息流广告", "信息流", "block", {}),
    ("mail", "销售邮箱 sales@", "邮件", "邮箱", "warn", {}),
    ("phone", "400 来电", "电话", "来电", "warn", {}),
    ("referral", "老客户转介绍", "转介绍", "口碑", "warn", {}),
]  # fmt: skip
# (days ago, hour, kind, number of the sender, what was sent: target -> text)
ARRIVED = [
    (
        6,
        10,
        "qr",
        "form-s01",
        {
            "company": "苏州相城压缩机壳体有限公司",
            "contact": "殷建明",
            "phone": "13862500501",
            "state": "江苏",
            "note": "展台看了 630T 样机，要报价",
        },
    ),
    (
        6,
        11,
        "qr",
        "form-s02",
        {
            "company": "宁波鄞州汽车灯具有限公司",
            "contact": "史美华",
            "phone": "13857400502",
            "state": "浙江",
            "note": "取件机器人，三班连续生产",
        },
    ),
    (
        6,
        15,
        "qr",
        "form-s03",
        {
            "company": "广州番禺门窗五金有限公司",
            "contact": "冯伟杰",
            "phone": "13660200503",
            "state": "广东",
            "note": "资料发邮箱",
        },
    ),
    (
        4,
        9,
        "endpoint",
        "JL-20260711",
        {
            "company": "常州新北轮毂制造有限公司",
            "contact": "恽国良",
            "phone": "13861200504",
            "city": "常州",
            "budget": "120万",
            "product": "压铸岛",
        },
    ),
    (
        3,
        20,
        "endpoint",
        "JL-20260719",
        {
            "company": "昆山德昌精密模具有限公司",
            "contact": "顾经理",
            "phone": "138 6260 0001",
            "product": "立式加工中心",
        },
    ),
    (
        2,
        9,
        "web_form",
        "form-w01",
        {
            "company": "南通海门船舶阀门有限公司",
            "contact": "施燕",
            "phone": "13962800505",
            "state": "江苏",
            "note": "急需模温机两台，月底前到货",
        },
    ),
    (
        1,
        16,
        "web_form",
        "form-w02",
        {
            "company": "佛山顺德小家电压铸有限公司",
            "contact": "麦嘉欣",
            "phone": "13702800506",
            "state": "广东",
            "note": "请寄样册",
        },
    ),
    (
        0,
        8,
        "web_form",
        "form-w03",
        {
            "company": "济南历城液压件有限公司",
            "contact": "鲁长海",
            "phone": "13964100507",
            "state": "山东",
            "note": "冷室压铸单元，要节拍数据",
        },
    ),
]
MAIL = (
    "询价：铝合金压铸单元",
    "镇江丹阳灯具压铸厂 蒋丽 <jiangli@example.com>",
    "我厂拟添置一台 400T 冷室压铸机，请报价。电话 13952800508。",
)


def build(story):
    channels = _channels(story)
    story.by("marketing", story.env["crm.intake.rule"]).create(
        [
            {"field": "text", "operator": "contains", "value": "急需,报价,月底", "grade": "A"},
            {"field": "budget", "operator": "at_least", "value": "100万", "grade": "A"},
        ]
    )
    for days, hour, kind, number, said in ARRIVED:
        story.at(days, hour, 12)
        _arrive(story.env, channels[kind], number, said)
    story.at(1, 10, 40)
    subject, sender, text = MAIL
    story.env["crm.lead"].message_new(
        {"subject": subject, "from": sender, "email_from": sender, "body": f"<p>{text}</p>"},
        {"team_id": channels["mail"].team_id.id},
    )
    story.at(2, 14, 5)
    story.by("sales_rep", story.env["crm.intake.entry"]).create(
        {
            "kind": "phone", "phone": "13915500509", "company": "苏州太湖新城电梯部件有限公司", "contact": "沈工",
            "state_id": story.env.ref("base.state_cn_JS").id, "need": "打 400 电话问立式加工中心交期", "keep": True,
        }
    ).action_save()  # fmt: skip


def _channels(story):
    env = story.env
    story.at(20, 10)
    team = env["crm.team"].search([("name", "=", "华东区销售组")], limit=1)
    fair = env["utm.campaign"].create({"name": FAIR})
    made = {}
    for kind, name, source, medium, policy, more in CHANNELS:
        vals = {
            "name": name,
            "kind": kind,
            "source_id": _named(env["utm.source"], source).id,
            "medium_id": _named(env["utm.medium"], medium).id,
            "campaign_id": fair.id if kind == "qr" else False,
            "duplicate_policy": policy,
            "team_id": team.id if kind == "mail" else False,
            **more,
        }
        made[kind] = story.by("marketing", env["crm.intake.channel"]).create(vals).with_env(env)
    return made


def _named(records, name):
    return records.search([("name", "=", name)], limit=1) or records.create({"name": name})


def _arrive(env, channel, number, said):
    """As the public form and the signed endpoint take it."""
    leads = env["crm.lead"].sudo()
    vals, _problems, _hints = leads._intake_read([(target, target, text) for target, text in said.items()])
    row, _verdict = env["crm.intake.receipt"]._open(channel, external_id=number)
    row.outcome = leads._merchant_intake([vals], channel)[0].outcome
