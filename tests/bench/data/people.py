"""100 sales people in 20 teams, one who sees all leads, 20 sources; the same in every kind of database."""

TEAMS, PER_TEAM = 20, 5
PASSWORD = "bench"


def build(env):
    build_people(env)
    env.cr.commit()


def build_people(env):
    """Creates people, teams and sources.

    :return: the teams
    """
    count = TEAMS * PER_TEAM
    common = {"lang": "zh_CN", "tz": "Asia/Shanghai"}
    sales, all_leads, manager = (
        env.ref(f"sales_team.group_sale_{name}").id for name in ("salesman", "salesman_all_leads", "manager")
    )
    users = env["res.users"].with_context(no_reset_password=True)
    reps = users.create(
        [
            {**common, "name": f"销售{n:03}", "login": f"bench_rep_{n}", "email": f"rep{n}@example.com",
             "group_ids": [(4, sales)]}
            for n in range(count)
        ]
    )  # fmt: skip
    # hashing one takes half a second, and one is enough to log in
    reps[0].password = PASSWORD
    users.create(
        [
            {**common, "name": "总监", "login": "bench_director", "email": "director@example.com",
             "group_ids": [(4, all_leads), (4, manager)]}
        ]
    )  # fmt: skip
    env["ir.config_parameter"].set_param("crm.lead.auto.assignment", True)
    sources = env["utm.source"].create([{"name": f"Bench {n}"} for n in range(TEAMS)])
    env["crm.team"].search([]).active = False
    return env["crm.team"].create(
        [
            {
                "name": f"团队{n:02}",
                "assignment_domain": repr([("source_id", "=", source.id)]),
                # a day's share of it is what a run may give a member
                "crm_team_member_ids": [
                    (0, 0, {"user_id": rep.id, "assignment_max": 9000})
                    for rep in reps[n * PER_TEAM : (n + 1) * PER_TEAM]
                ],
            }
            for n, source in enumerate(sources)
        ]
    )


def director(env):
    """Environment of the person who sees all leads."""
    return env(user=env["res.users"].search([("login", "=", "bench_director")]))


def rep(env):
    """Environment of the first sales person."""
    return env(user=env["res.users"].search([("login", "=", "bench_rep_0")]))
