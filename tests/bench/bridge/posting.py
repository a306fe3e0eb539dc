"""What the finance bridge costs whoever posts an invoice."""

from ..figures import Result, figure, in_turn, median_of
from ..inside import measured
from .books import make_connection, make_invoices


@figure("posting/queries-1", unit="queries", need="ours <= 8")
@figure("posting/queries-50", unit="queries", need="ours <= 8")
@figure("posting/ms-1", unit="ms", need="ours <= 15")
@figure("posting/ms-50", unit="ms", need="ours <= 15")
def posting(bench):
    """What posting invoices costs more with a connection that is on than without the bridge."""
    for count, rounds in ((1, 15), (50, 3)):
        if not (bench.wants(f"posting/queries-{count}") or bench.wants(f"posting/ms-{count}")):
            continue
        with_bridge, without = in_turn(
            bench.side("suite").later(post_invoices, count=count, rounds=rounds, connected=True),
            bench.side("without_bridge").later(post_invoices, count=count, rounds=rounds),
        )  # fmt: skip
        more = {key: with_bridge[key] - without[key] for key in without}
        yield Result(f"posting/queries-{count}", more["queries"], note=f"{without['queries']:.0f} without")
        yield Result(f"posting/ms-{count}", more["seconds"] * 1000, note=f"{without['seconds'] * 1000:.0f} without")


def post_invoices(env, count, rounds, connected=False):
    """Median cost of posting ``count`` invoices at once."""
    if connected:
        make_connection(env)
    product = env["product.product"].create({"name": "Gearbox", "type": "consu"})
    partner = env["res.partner"].create({"name": "苏州华芯机械有限公司", "is_company": True})
    costs = []
    # the first one warms up
    for _number in range(rounds + 1):
        moves = make_invoices(env, partner, product, count)
        costs.append(measured(env, moves.action_post))
    return median_of(costs[1:])
