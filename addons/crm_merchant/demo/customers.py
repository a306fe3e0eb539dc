"""Old customers: held, shared with a colleague, and given back to the pool where others claim them."""

# (company, province, city, phone, industry, contact, his phone, holder or nobody, grade)
CUSTOMERS = [
    ("昆山鼎创精密压铸有限公司", "JS", "昆山", "0512-57351128", "汽车零部件", "孟庆华", "13862611720", "sales_rep", "A"),
    ("宁波镇海铝业铸造有限公司", "ZJ", "宁波", "0574-86273319", "有色铸造", "俞建明", "13957410386", "sales_rep", "B"),
    ("无锡惠山电机壳体有限公司", "JS", "无锡", "0510-83591207", "电机", "华文亮", "13806172954", "sales_rep_2", "B"),
    ("扬州江都泵阀有限公司", "JS", "扬州", "0514-86540933", "泵阀", "姜海波", "13952738811", None, "C"),
    ("合肥肥东家电配件有限公司", "AH", "合肥", "0551-67712480", "家电", "丁晓军", "13865512093", None, "B"),
    ("杭州萧山汽配压铸有限公司", "ZJ", "杭州", "0571-82637715", "汽车零部件", "来国庆", "13705810442", None, "A"),
]  # fmt: skip
RELEASED = ("宁波镇海铝业铸造有限公司", "老设备还能用两年，暂无采购计划")
SHARED = ("昆山鼎创精密压铸有限公司", "sales_rep_2", "项目技术部分请协助")
# to a colleague and back: CRM › reports names it
SWAPPED = ("无锡惠山电机壳体有限公司", "sales_rep_2", "sales_rep", 20, 17)
FOLLOWUP = (
    "昆山鼎创精密压铸有限公司",
    "客户确认二期厂房十二月交付，计划新增两台 800T 压铸岛，先看节拍方案",
    "提交节拍方案和布局图",
    3,
)


def build(story):
    """Sixty days ago the customers come under the rules of the pools; today one is shared."""
    env = story.env
    story.at(60, 9, 30)
    made = {}
    industries = env["res.partner.industry"]
    for company, province, city, phone, industry, contact, mobile, holder, _grade in CUSTOMERS:
        made[company] = env["res.partner"].create(
            {
                "name": company,
                "is_company": True,
                "country_id": env.ref("base.cn").id,
                "state_id": env.ref(f"base.state_cn_{province}").id,
                "city": city,
                "phone": phone,
                "industry_id": (
                    industries.search([("name", "=", industry)]) or industries.create({"name": industry})
                ).id,
                "user_id": story.users[holder].id if holder else False,
                "child_ids": [(0, 0, {"name": contact, "phone": mobile})],
            }
        )
    customers = env["res.partner"].browse([partner.id for partner in made.values()])
    story.by("suite_admin", customers.filtered(lambda partner: not partner.pool_state)).action_pool_enter()
    for company, *_rest, holder, grade in CUSTOMERS:
        if grade != "C" and holder:
            story.by("sales_supervisor", made[company]).action_grade_set(grade, "按历史采购额评定")
        elif grade != "C":
            made[company]._grade_set(grade, "按历史采购额评定")
    company, holder, colleague, gone, back = SWAPPED
    for days, giver, taker, reason in (
        (gone, holder, colleague, "出差，请代管"),
        (back, colleague, holder, "出差回来"),
    ):
        story.at(days, 11)
        story.by(giver, made[company]).action_pool_transfer(story.users[taker].id, reason)
    story.at(12, 15)
    company, content, step, after = FOLLOWUP
    story.by("sales_rep", made[company]).action_followup_write("visit", content, step, story.day(after))
    story.at(8, 17)
    company, reason = RELEASED
    story.by("sales_rep", made[company]).action_pool_release(reason)
    story.at(1, 11)
    company, colleague, reason = SHARED
    story.by("sales_rep", made[company]).action_collaborator_set(story.users[colleague].id, story.day(13), True, reason)
