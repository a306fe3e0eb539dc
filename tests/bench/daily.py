"""What a person meets every morning, with the suite and without."""

import functools
import http.cookiejar
import re
import time
import urllib.parse
import urllib.request

from .data import people
from .figures import Result, figure, in_turn, same
from .inside import measured
from .serving import serving


@figure("server-start", unit="s")
@figure("first-page", unit="s")
def start(bench):
    """From the command line to ``/web/health``, and from the login to the web client's page with all it loads."""
    # servers write what they compile into the database, as they would anywhere
    sides = [bench.side("suite", scratch=True), bench.side("stock", scratch=True)]
    ours, stock = in_turn(*(functools.partial(serve_once, side) for side in sides))
    yield Result("server-start", ours["start"], stock["start"])
    yield Result("first-page", ours["page"], stock["page"], note=f"{ours['bytes'] / 1024:.0f} kB")


def serve_once(side):
    """Seconds of a start and of a first page; the server is ended after it."""
    with serving(side) as server:
        started = time.perf_counter()
        size = open_first_page(server.url)
        return {"start": server.seconds, "page": time.perf_counter() - started, "bytes": size}


def open_first_page(url):
    """Logs in as a sales person and loads ``/odoo`` with its bundles, menus and texts.

    :return: bytes that were loaded
    """
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(path, data=None):
        with opener.open(urllib.parse.urljoin(url, path), data, timeout=120) as reply:
            return reply.read()

    token = re.search(rb'name="csrf_token" value="([^"]+)"', get("/web/login"))[1].decode()
    form = {"login": "bench_rep_0", "password": people.PASSWORD, "csrf_token": token}
    get("/web/login", urllib.parse.urlencode(form).encode())
    page = get("/odoo")
    bundles = re.findall(r'(?:src|href)="(/web/assets/[^"]+)"', page.decode())
    if not any(".js" in bundle for bundle in bundles):
        raise RuntimeError("the page after the login is not the web client")
    paths = dict.fromkeys([*bundles, "/web/webclient/load_menus", "/web/webclient/translations?lang=zh_CN"])
    return len(page) + sum(len(get(path)) for path in paths)


# -- lists ----------------------------------------------------------------------------------

COLUMNS = ("name", "contact_name", "partner_name", "email_from", "phone", "city", "user_id", "team_id", "stage_id",
           "expected_revenue", "probability", "create_date")  # fmt: skip


@figure("lead-list/10000", unit="ms", need="ratio >= 0.5")
@figure("lead-list/100000", unit="ms", need="ratio >= 0.5", full=True)
@figure("lead-list/queries", unit="queries", need="ours <= 2")
@figure("lead-list/same", unit="x", need="ours <= 1.5", full=True)
def lead_list(bench):
    """The list of leads in its default order, 80 rows, as somebody who sees all and as a sales person."""
    for size in (10000, 100000):
        name = f"lead-list/{size}"
        if not (bench.wants(name) or (size == 10000 and bench.wants("lead-list/queries"))):
            continue
        for_all, for_rep = (
            in_turn(*(bench.side(k, f"leads:{size}").later(read_list, who=who) for k in ("suite", "stock")))
            for who in ("director", "rep")
        )
        note = "one's own leads " + ", stock ".join(f"{side['seconds'] * 1000:.0f} ms" for side in for_rep)
        yield Result(name, for_all[0]["seconds"] * 1000, for_all[1]["seconds"] * 1000, note)
        if size == 10000:
            more = max(ours["queries"] - stock["queries"] for ours, stock in (for_all, for_rep))
            yield Result("lead-list/queries", more, note=f"beyond stock's {for_all[1]['queries']:.0f}")
    if bench.wants("lead-list/same"):
        sizes = (bench.side("suite", f"leads:{size}") for size in (10000, 100000))
        yield same("lead-list/same", *in_turn(*(side.later(read_list, who="rep") for side in sizes)))


def read_list(env, who):
    """Cost of the web client's call for the list's first page."""
    env = getattr(people, who)(env)
    leads = env["crm.lead"]
    specification = {
        name: {"fields": {"display_name": {}}} if leads._fields[name].type == "many2one" else {} for name in COLUMNS
    }

    def call():
        leads.web_search_read([("type", "=", "lead")], specification, limit=80, count_limit=10001)

    return measured(env, call, warm=call, buffers=True)
