"""``odoo.conf`` is what a production server needs: its rules are read from the file, and a server is started by it."""

import ast
import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

import pytest
from guest import Guest
from house.testing import allowed, complaint_of, free_port
from suite import settings, wait_for

FILE = settings.TOP / "odoo.conf"
READ = f"""
import json
from odoo.tools import config
config.parse_config(["-c", {str(FILE)!r}])
names = [line.split("=")[0].strip() for line in open({str(FILE)!r}) if "=" in line and line[0] not in ";["]
print(json.dumps([{{name: config[name] for name in config._default_options}}, names], default=str))
"""
# as shipped; the file says so too
POSTGRES_CONNECTIONS = 100
NAME = "e2e_production"


@pytest.fixture(scope="module")
def conf():
    """Options as Odoo itself reads them, and the names that stand in the file."""
    # the tests' own environment names a database server
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    done = subprocess.run(
        [settings.PYTHON, "-c", READ], capture_output=True, text=True, check=True, env=environment, cwd=settings.TOP
    )
    assert "unknown option" not in done.stderr, done.stderr
    options, names = json.loads(done.stdout.splitlines()[-1])
    return options, names


def jobs_that_wait_for_others():
    """Ids of the jobs whose model is an outbox, or that belong to an addon with a protocol's client: each is a lane."""
    lanes = []
    for addon in settings.SUITE:
        folder = settings.ADDONS_DIR / addon
        outboxes = set()
        for path in folder.rglob("models/**/*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef) and "crm.outbox.mixin" in ast.unparse(node):
                    outboxes |= set(re.findall(r"_name = '([\w.]+)'", ast.unparse(node))) - {"crm.outbox.mixin"}
        talks = (folder / "clients").is_dir() or (folder / "messengers").is_dir()
        for path in folder.rglob("data/*.xml"):
            for record in ElementTree.parse(path).iter("record"):
                model = record.find("field[@name='model_id']")
                if record.get("model") != "ir.cron" or model is None:
                    continue
                name = model.get("ref").rpartition("model_")[2].replace("_", ".")
                if name in outboxes or (talks and "poll" in record.findtext("field[@name='code']")):
                    lanes.append(record.get("id"))
    return lanes


def test_it_holds_the_rules_of_a_production_server(conf):
    options, names = conf
    assert options["workers"] >= 2, "one worker cannot print"
    lanes = jobs_that_wait_for_others()
    assert lanes, "the bridge has its jobs"
    assert options["max_cron_threads"] >= len(lanes) + 1, lanes
    assert options["proxy_mode"] is True and options["list_db"] is False
    assert options["http_interface"] == "127.0.0.1", "behind a proxy nobody else is spoken to"
    assert options["http_port"] != options["gevent_port"]
    assert options["dbfilter"].startswith("^") and options["dbfilter"].endswith("$")
    assert 0 < options["limit_memory_soft"] < options["limit_memory_hard"]
    assert 0 < options["limit_time_cpu"] <= options["limit_time_real"]
    assert not options["with_demo"] and not options["dev_mode"]
    connections = (options["workers"] + options["max_cron_threads"]) * 2 + options["db_maxconn_gevent"]
    assert connections < POSTGRES_CONNECTIONS
    assert options["log_level"] in ("info", "warn") and not any("DEBUG" in line for line in options["log_handler"])
    # what a call to another system may last, and then some
    source = (settings.ADDONS_DIR / "crm_finance_bridge/clients/transport.py").read_text()
    longest = float(re.search(r"total_timeout=([\d.]+)", source)[1])
    assert options["limit_time_real_cron"] > 2 * longest
    assert not [name for name in names if re.search(r"passw|secret|token|key", name)]
    machine = {"addons_path", "data_dir", "db_host", "db_port", "db_user", "db_name"}
    assert not machine & set(names), "the file fits every machine"


def ask(port, path, data=None, **headers):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=data and json.dumps(data).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def test_a_server_starts_by_it_and_keeps_its_databases_to_itself(conf):
    options, _names = conf
    guest = Guest(NAME)
    log = settings.STATE / f"e2e-{NAME}.log"
    port, evented = free_port(), free_port()
    # what an operator gives too: paths, database server, name of his database; and ports that are free here
    command = [
        *settings.odoo_script(), "-c", str(FILE), "--addons-path", settings.addons_path(),
        "--data-dir", str(guest.databases.data_dir), *guest.databases.cluster.odoo_options(),
        "--db-filter", options["dbfilter"].replace("crm", NAME), "--http-port", str(port), "--gevent-port", str(evented),
    ]  # fmt: skip
    with open(log, "wb") as stream:
        server = subprocess.Popen(command, stdout=stream, stderr=stream, start_new_session=True)
    try:

        def processes():
            found = []
            for path in Path("/proc").glob("[0-9]*/stat"):
                try:
                    if int(path.read_text().rpartition(")")[2].split()[1]) == server.pid:
                        found.append((path.parent / "cmdline").read_text())
                except OSError:
                    continue
            return found

        expected = options["workers"] + options["max_cron_threads"] + 1
        wait_for(lambda: len(processes()) == expected and ask(port, "/web/health")[0] == 200, timeout=90)
        status, page = ask(port, "/web/login")
        assert status == 200 and "login" in page
        assert ask(evented, "/websocket/health")[0] == 200
        excused = allowed("allowed_log_lines")
        complaints = [c for line in log.read_text().splitlines() if (c := complaint_of(line, excused))]
        assert not complaints, complaints
        listed = ask(port, "/web/database/list", {"params": {}})[1]
        assert NAME not in listed and "template" not in listed
        for path in ("/web/database/manager", "/web/database/selector"):
            assert NAME not in ask(port, path)[1]
        call = {"params": {"service": "db", "method": "dump", "args": [options["admin_passwd"], NAME, "zip"]}}
        assert "AccessDenied" in ask(port, "/jsonrpc", call)[1]
        # another database of the same server is not there
        other = next(name for name in guest.databases.cluster.databases() if name not in (NAME, "postgres"))
        session = {"params": {"db": other, "login": "admin", "password": "admin"}}
        assert '"error"' in ask(port, "/web/session/authenticate", session)[1]
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
        guest.close()
