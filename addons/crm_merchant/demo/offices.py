"""Sales regions with their 23 offices, teams and pools."""

from odoo.fields import Command

# region: who leads it
REGIONS = {
    "north": "sales_director",
    "northeast": "sales_director",
    "east": "region_manager",
    "central": "region_manager_2",
    "south": "region_manager_2",
    "southwest": "region_manager_2",
    "northwest": "sales_director",
    "hmt": "sales_director",
}
# (region, code, name, cities, who leads it)
OFFICES = [
    ("east", "SZ", "苏州办事处", "苏州 昆山 常熟 张家港 太仓", "sales_supervisor"),
    ("east", "WX", "无锡办事处", "无锡 江阴 宜兴 常州", "sales_supervisor"),
    ("east", "NJ", "南京办事处", "南京 镇江 扬州 泰州", "sales_supervisor"),
    ("east", "SH", "上海办事处", "上海", "sales_supervisor"),
    ("east", "HZ", "杭州办事处", "杭州 绍兴 嘉兴 湖州", "region_manager"),
    ("east", "NB", "宁波办事处", "宁波 台州 舟山 温州", "region_manager"),
    ("east", "HF", "合肥办事处", "合肥 芜湖 马鞍山", "region_manager"),
    ("east", "QD", "青岛办事处", "青岛 烟台 济南 潍坊", "region_manager"),
    ("south", "GZ", "广州办事处", "广州 佛山 中山", "sales_supervisor_2"),
    ("south", "SZX", "深圳办事处", "深圳 惠州", "sales_supervisor_2"),
    ("south", "DG", "东莞办事处", "东莞", "sales_supervisor_2"),
    ("south", "LZ", "柳州办事处", "柳州 南宁 桂林", "sales_supervisor_2"),
    ("north", "BJ", "北京办事处", "北京 保定 廊坊", "sales_supervisor"),
    ("north", "TJ", "天津办事处", "天津 唐山 沧州", "sales_supervisor"),
    ("north", "TY", "太原办事处", "太原 临汾 运城", "sales_supervisor"),
    ("northeast", "SY", "沈阳办事处", "沈阳 大连 鞍山", "sales_supervisor"),
    ("northeast", "CC", "长春办事处", "长春 哈尔滨 吉林", "sales_supervisor"),
    ("central", "WH", "武汉办事处", "武汉 襄阳 十堰", "sales_supervisor_2"),
    ("central", "ZZ", "郑州办事处", "郑州 洛阳 新乡", "sales_supervisor_2"),
    ("central", "CS", "长沙办事处", "长沙 株洲 湘潭", "sales_supervisor_2"),
    ("southwest", "CQ", "重庆办事处", "重庆", "sales_supervisor_2"),
    ("southwest", "CD", "成都办事处", "成都 德阳 绵阳", "sales_supervisor_2"),
    ("northwest", "XA", "西安办事处", "西安 宝鸡 兰州", "sales_supervisor"),
]
TEAMS = [
    # (name, leader, members, regions)
    ("华东区销售组", "sales_supervisor", ["sales_rep", "sales_rep_2"], ["east"]),
    ("华南区销售组", "sales_supervisor_2", ["sales_rep_3", "regional_agent"], ["south"]),
    ("北方区销售组", "sales_director", ["sales_rep_4"], ["north", "northeast", "northwest"]),
    ("中西部销售组", "region_manager_2", ["sales_rep_5"], ["central", "southwest"]),
]
POOLS = [
    # (name, regions, administrator beside HQ commerce, members)
    ("华东公海", ["east"], "region_manager", ["sales_rep", "sales_rep_2"]),
    ("华南公海", ["south"], "region_manager_2", ["sales_rep_2", "sales_rep_3", "regional_agent"]),
    ("北方公海", ["north", "northeast", "northwest"], "sales_director", ["sales_rep", "sales_rep_4"]),
    ("中西部公海", ["central", "southwest"], "region_manager_2", ["sales_rep_5"]),
]


def build(story):
    """Regions are switched on by the suite administrator; an office is a region below one of them."""
    env, users = story.env, story.users
    regions = env["crm.region"].with_user(users["suite_admin"])
    regions.action_switch_on()
    for region, manager in REGIONS.items():
        env.ref(f"crm_merchant.region_{region}").manager_ids = users[manager]
    # leads of the south are seen by its own people and headquarters only
    env.ref("crm_merchant.region_south").is_scoped = True
    regions.create(
        [
            {
                "name": name,
                "code": code,
                "sequence": number,
                "parent_id": env.ref(f"crm_merchant.region_{region}").id,
                "city_names": cities,
                "manager_ids": [Command.set(users[manager].ids)],
                "is_scoped": region == "south",
            }
            for number, (region, code, name, cities, manager) in enumerate(OFFICES, 100)
        ]
    )
    for name, leader, members, _regions in TEAMS:
        team = env["crm.team"].create({"name": name, "user_id": users[leader].id})
        # one team a person: the leader of two stays in the first
        people = [users[login].id for login in (leader, *members) if not users[login].sale_team_id]
        team.member_ids = [Command.set(people)]
        for region in _regions:
            env.ref(f"crm_merchant.region_{region}").team_id = team
    for name, pool_regions, admin, members in POOLS:
        env["crm.pool"].create(
            {
                "name": name,
                "region_ids": [Command.set([env.ref(f"crm_merchant.region_{r}").id for r in pool_regions])],
                "admin_ids": [Command.set((users[admin] | users["hq_commerce"]).ids)],
                "member_ids": [Command.create({"user_id": users[login].id}) for login in members],
            }
        )
