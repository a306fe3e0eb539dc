"""What is about to fall back into its pool: graded leads, follow-ups that count and one that does not."""

from .leads import lead_of

# (company, grade, why): graded by the supervisor of those who hold them
GRADES = [
    ("宁波北仑模架有限公司", "A", "预算已批，年内要签"),
    ("台州黄岩塑模有限公司", "A", "老客户扩产"),
    ("上海松江医疗器械部件有限公司", "B", "技术条件待确认"),
]
# (company, days ago, way, what was said, next step, days from today)
FOLLOWUPS = [
    (
        "常州武进散热系统有限公司", 6, "call", "水冷板项目年底前要两台 630T，需先出节拍测算，客户总工参加评审。",
        "送节拍测算报告", 1,
    ),
    (
        "上海松江医疗器械部件有限公司", 5, "meeting", "客户要求 IQ/OQ 文件清单，质量部同意按附表验收，已谈价格区间。",
        "确认验收文件清单", 2,
    ),
    # too short to count: it keeps nobody from losing the lead
    ("台州黄岩塑模有限公司", 2, "call", "已联系", "", None),
]  # fmt: skip


def build(story):
    """The clocks are turned on this morning; what was overdue is warned of first."""
    env = story.env
    for company, days, way, content, step, after in FOLLOWUPS:
        story.at(days, 16, 20)
        lead = lead_of(story, company)
        lead.with_user(lead.user_id).action_followup_write(
            way, content, step, story.day(after) if after is not None else False
        )
    story.at(2, 9)
    for company, grade, why in GRADES:
        story.by("sales_supervisor", lead_of(story, company)).action_grade_set(grade, why)
    story.at(0, 8)
    pools = env["crm.pool"].search([("company_id", "=", env.company.id)])
    story.by("suite_admin", pools).action_recycle_on()
    for pool in pools:
        env["crm.lead"]._pool_warn_soon(pool, lambda _count: True)
    rule = env.ref("crm_merchant.followup_rule_default")
    story.by("suite_admin", rule.with_context(active_test=False)).action_switch_on()
    env.company.first_response_active = True
