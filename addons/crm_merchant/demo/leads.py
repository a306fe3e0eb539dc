"""Leads of the demo company, from the fair's visiting cards to the customer won; no company of these names exists."""

from odoo.exceptions import UserError

# (days ago, company, contact, phone, province, city, source, what, budget)
LEADS = [
    # who tries the demo claims among these; the first ones are those of the README
    (0, "昆山德昌精密模具有限公司", "顾明华", "13862600001", "JS", "昆山", "展会", "立式加工中心", 86000),
    (1, "无锡新吴数控设备有限公司", "许建平", "13961700002", "JS", "无锡", "转介绍", "冷室压铸单元", 320000),
    (2, "宁波海曙液压机械有限公司", "徐海峰", "0574-87650003", "ZJ", "宁波", "展会", "取件机器人", 150000),
    (4, "东莞长安五金制品有限公司", "梁志强", "13712300004", "GD", "东莞", "电话", "模温机", 45000),
    (3, "佛山南海铝型材有限公司", "何俊杰", "13690300005", "GD", "佛山", "展会", "冷室压铸单元", 210000),
    (5, "天津武清车桥制造有限公司", "刘振东", "022-59600006", "TJ", "天津", "电话", "立式加工中心", 98000),
    (6, "合肥经开汽车零部件有限公司", "方志远", "13855100101", "AH", "合肥", "展会", "压铸岛", 1250000),
    (8, "青岛城阳减速机有限公司", "孙玉珍", "13969800102", "SD", "青岛", "展会", "立式加工中心", 260000),
    (9, "绍兴柯桥阀门制造有限公司", "裘国荣", "13757500103", "ZJ", "绍兴", "电话", "取件机器人", 118000),
    (11, "上海嘉定电机壳体有限公司", "陆蓓蕾", "021-59560104", "SH", "上海", "展会", "冷室压铸单元", 520000),
    (7, "深圳龙华散热器有限公司", "郭泽宇", "13602600105", "GD", "深圳", "展会", "冷室压铸单元", 380000),
    (10, "惠州仲恺灯饰压铸有限公司", "曾丽华", "13580800106", "GD", "惠州", "电话", "模温机", 36000),
    (12, "柳州柳东轮毂有限公司", "韦国庆", "13977200107", "GX", "柳州", "展会", "压铸岛", 1480000),
    (6, "北京亦庄精密铸造有限公司", "宋维嘉", "010-67880108", "BJ", "北京", "展会", "立式加工中心", 240000),
    (14, "沈阳铁西泵业有限公司", "于连海", "13840100109", "LN", "沈阳", "电话", "取件机器人", 96000),
    (9, "长春汽开缸体铸造有限公司", "金成哲", "13944000110", "JL", "长春", "展会", "压铸岛", 1600000),
    (15, "西安高新航空部件有限公司", "党建军", "029-88450111", "SN", "西安", "转介绍", "立式加工中心", 310000),
    (5, "武汉沌口汽车电子有限公司", "万小芳", "13971100112", "HB", "武汉", "展会", "冷室压铸单元", 460000),
    (13, "郑州中牟拖拉机配件有限公司", "翟文斌", "13838200113", "HA", "郑州", "电话", "立式加工中心", 175000),
    (16, "重庆璧山摩托车配件有限公司", "冉启航", "13883100114", "CQ", "重庆", "展会", "冷室压铸单元", 430000),
    (18, "成都龙泉驿变速箱有限公司", "贺晓峰", "028-84850115", "SC", "成都", "展会", "压铸岛", 1350000),
    # from the website: a rule gives them to the reps of the east in turn
    (12, "苏州吴江纺机制造有限公司", "沈国良", "13915500007", "JS", "苏州", "官网", "数控冲压自动化生产线", 128000),
    (9, "杭州萧山齿轮箱有限公司", "章文博", "13588000008", "ZJ", "杭州", "官网", "压铸岛", 560000),
    (7, "常熟古里无纺机械有限公司", "邵益民", "13812800201", "JS", "常熟", "官网", "立式加工中心", 265000),
    (5, "嘉兴秀洲光伏支架有限公司", "姚建琴", "13867300202", "ZJ", "嘉兴", "官网", "取件机器人", 132000),
    (4, "南京江宁连接器有限公司", "戴亚军", "13951800203", "JS", "南京", "官网", "冷室压铸单元", 410000),
    (2, "张家港锦丰船用配件有限公司", "钱卫星", "13962200204", "JS", "张家港", "官网", "模温机", 57000),
    (1, "湖州南浔电梯部件有限公司", "沈佳慧", "13705720205", "ZJ", "湖州", "官网", "立式加工中心", 238000),
    (0, "芜湖鸠江机器人有限公司", "汪海涛", "13955300206", "AH", "芜湖", "官网", "冷室压铸单元", 495000),
    # these were claimed, released, handed over
    (32, "常州武进散热系统有限公司", "蒋文华", "13861100301", "JS", "常州", "展会", "冷室压铸单元", 480000),
    (30, "宁波北仑模架有限公司", "乐海波", "13858300302", "ZJ", "宁波", "展会", "压铸岛", 980000),
    (28, "太仓浏河齿轮有限公司", "陈国忠", "13862700303", "JS", "太仓", "转介绍", "立式加工中心", 220000),
    (26, "江阴周庄铝业有限公司", "黄惠芬", "13921200304", "JS", "江阴", "电话", "取件机器人", 105000),
    (24, "上海松江医疗器械部件有限公司", "顾文静", "021-57740305", "SH", "上海", "展会", "立式加工中心", 340000),
    (22, "台州黄岩塑模有限公司", "蔡仙明", "13586200306", "ZJ", "台州", "展会", "模温机", 68000),
    (20, "东莞横沥模具城机电有限公司", "叶炳权", "13829200307", "GD", "东莞", "展会", "冷室压铸单元", 360000),
    (19, "中山小榄锁具有限公司", "黎伟明", "13928100308", "GD", "中山", "电话", "取件机器人", 88000),
    (17, "天津北辰阀体铸造有限公司", "穆青山", "13752200309", "TJ", "天津", "展会", "冷室压铸单元", 450000),
    (21, "株洲天元牵引部件有限公司", "谭志高", "13973300310", "HN", "株洲", "展会", "压铸岛", 1120000),
]
# company: who claimed it, how many days ago
CLAIMS = {
    "常州武进散热系统有限公司": ("sales_rep", 30),
    "宁波北仑模架有限公司": ("sales_rep", 27),
    "太仓浏河齿轮有限公司": ("sales_rep_2", 25),
    "江阴周庄铝业有限公司": ("sales_rep_2", 24),
    "上海松江医疗器械部件有限公司": ("sales_rep_2", 20),
    "台州黄岩塑模有限公司": ("sales_rep", 19),
    "东莞横沥模具城机电有限公司": ("sales_rep_3", 18),
    "中山小榄锁具有限公司": ("regional_agent", 16),
    "天津北辰阀体铸造有限公司": ("sales_rep_4", 15),
    "株洲天元牵引部件有限公司": ("sales_rep_5", 18),
}
LOST_CLAIM = "宁波北仑模架有限公司"
RELEASED = ("江阴周庄铝业有限公司", 10, "客户今年无扩产计划，明年三月再联系")
HANDED_OVER = ("太仓浏河齿轮有限公司", 8, "客户与李雪梅已有往来，由她统一跟进")
NOTES = {
    "常州武进散热系统有限公司": "电话沟通：新能源水冷板项目，年底前要两台 630T，需出节拍测算。",
    "宁波北仑模架有限公司": "上门看厂：现有 800T 两台，计划改压铸岛，老板娘管采购。",
    "上海松江医疗器械部件有限公司": "客户要求 IQ/OQ 文件，已转技术负责人评估。",
    "东莞横沥模具城机电有限公司": "微信发了样册，对方要同行业案例。",
    "天津北辰阀体铸造有限公司": "产能爬坡，设备预算已批，下周去现场量地基。",
}
# (company, stage from the first, expected share in %, next step, days from today)
PIPELINE = [
    ("常州武进散热系统有限公司", 2, 55, "送节拍测算报告并约技术交流", 1),
    ("宁波北仑模架有限公司", 1, 30, "邀请采购来厂参观", 3),
    ("上海松江医疗器械部件有限公司", 1, 25, "确认验收文件清单", -1),
    ("东莞横沥模具城机电有限公司", 1, 30, "寄同行案例视频", 2),
    ("天津北辰阀体铸造有限公司", 2, 60, "现场量地基", 4),
    ("株洲天元牵引部件有限公司", 0, 15, "约总工程师电话会", 0),
]
WON = "常熟古里无纺机械有限公司"
LOST = ("嘉兴秀洲光伏支架有限公司", "价格高于竞争对手")


def build(story):
    """Leads in time: they come in, are claimed, lost to a colleague, released, handed over, worked on."""
    _rule(story)
    leads = _come_in(story)
    _claim(story, leads)
    _give_away(story, leads)
    _work(story, leads)


def lead_of(story, company):
    return story.env["crm.lead"].with_context(active_test=False).search([("partner_name", "=", company)], limit=1)


def _rule(story):
    env, users = story.env, story.users
    source = _source(env, "官网")
    env["crm.assignment.rule"].with_user(users["suite_admin"]).create(
        {
            "name": "官网线索 → 华东区销售组",
            "source_ids": [(6, 0, source.ids)],
            "region_ids": [(6, 0, env.ref("crm_merchant.region_east").ids)],
            "team_id": env["crm.team"].search([("name", "=", "华东区销售组")], limit=1).id,
            "target_ids": [(0, 0, {"user_id": users[login].id}) for login in ("sales_rep", "sales_rep_2")],
        }
    )


def _source(env, name):
    return env["utm.source"].search([("name", "=", name)], limit=1) or env["utm.source"].create({"name": name})


def _come_in(story):
    """Marketing enters them day by day; rules and pools take them at once."""
    env = story.env
    leads = env["crm.lead"]
    for row in sorted(LEADS, key=lambda row: -row[0]):
        days, company, contact, phone, state, city, source, what, budget = row
        story.at(days, 9, 20)
        lead = story.by("marketing", env["crm.lead"]).create(
            {
                "name": f"{company[:4]} {what}",
                "type": "lead",
                "user_id": False,
                "team_id": False,
                "partner_name": company,
                "contact_name": contact,
                "phone": phone,
                "state_id": env.ref(f"base.state_cn_{state}").id,
                "country_id": env.ref("base.cn").id,
                "city": city,
                "source_id": _source(env, source).id,
                "expected_revenue": budget,
            }
        )
        lead.with_env(env)._merchant_assign()
        leads |= lead.with_env(env)
    return leads


def _claim(story, leads):
    for lead in leads.filtered(lambda lead: lead.partner_name in CLAIMS):
        login, days = CLAIMS[lead.partner_name]
        story.at(days, 9, 31)
        story.by(login, lead).action_pool_claim()
        if lead.partner_name != LOST_CLAIM:
            continue
        try:
            with story.env.cr.savepoint():
                story.by("sales_rep_2", lead).action_pool_claim()
        except UserError:
            # the colleague was faster; he is told so, and the ledger tells who holds it since when
            continue
        raise AssertionError("two people claimed one lead")


def _give_away(story, leads):
    by_name = {lead.partner_name: lead for lead in leads}
    name, days, reason = RELEASED
    story.at(days, 17, 10)
    story.by("sales_rep_2", by_name[name]).action_pool_release(reason)
    name, days, reason = HANDED_OVER
    story.at(days, 11, 5)
    story.by("sales_supervisor", by_name[name]).action_pool_transfer(story.users["sales_rep"].id, reason)


def _work(story, leads):
    env, by_name = story.env, {lead.partner_name: lead for lead in leads}
    stages = env["crm.stage"].search([("is_won", "=", False)])
    for number, (name, note) in enumerate(NOTES.items()):
        story.at(6 - number % 3, 15, 40)
        lead = by_name[name]
        lead.with_user(lead.user_id).message_post(body=note)
    for name, stage, probability, todo, days in PIPELINE:
        lead = by_name[name]
        story.at(4, 16, 15)
        own = lead.with_user(lead.user_id)
        own.convert_opportunity(customer_of_lead(story, lead))
        own.write({"stage_id": stages[stage].id, "probability": probability})
        deadline = story.day(days)
        own.activity_schedule("mail.mail_activity_data_call", date_deadline=deadline, summary=todo)
    story.at(3, 14)
    won = by_name[WON]
    won.with_user(won.user_id).convert_opportunity(customer_of_lead(story, won))
    won.with_user(won.user_id).action_set_won()
    name, reason = LOST
    lost = by_name[name]
    lost.with_user(lost.user_id).convert_opportunity(customer_of_lead(story, lost))
    reasons = env["crm.lost.reason"]
    found = reasons.search([("name", "=", reason)], limit=1) or reasons.create({"name": reason})
    lost.with_user(lost.user_id).action_set_lost(lost_reason_id=found.id)
    story.at(0, 8)


def customer_of_lead(story, lead):
    """The lead's company with its contact as a customer of the lead's owner."""
    company = story.env["res.partner"].create(
        {
            "name": lead.partner_name,
            "is_company": True,
            "phone": lead.phone,
            "city": lead.city,
            "state_id": lead.state_id.id,
            "country_id": lead.country_id.id,
            "user_id": lead.user_id.id,
        }
    )
    if lead.contact_name:
        story.env["res.partner"].create({"name": lead.contact_name, "parent_id": company.id, "function": "采购"})
    return company
