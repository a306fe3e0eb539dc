"""Leads in: beside Odoo's own import."""

import base64
import collections
import csv
import io
import random
import time

from house import settings

from ..figures import Result, figure, in_turn
from ..inside import measured

FILE = settings.TOP / "tests" / "data" / "leads_2376.xlsx"


@figure("import/2376", unit="rows/s", need="ratio >= 5")
def import_rows(bench):
    """From the file to leads; the peer gets the same rows cleaned and in one sheet, 500 of them unless ``--full``."""
    rows = bench.side("suite").call(clean_rows)
    small = rows if bench.full else rows[:500]
    ours, peer = in_turn(
        bench.side("suite").later(import_ours),
        bench.side("stock").later(import_theirs, rows=small),
        slow_last=True,
    )  # fmt: skip
    note = f"{ours['leads']:.0f} leads, {ours['queries'] / ours['rows']:.1f} queries a row; peer {len(small)} rows, "
    note += f"{peer['queries'] / len(small):.1f} queries a row"
    yield Result("import/2376", ours["rows"] / ours["seconds"], len(small) / peer["seconds"], note)


@figure("import/100000", unit="rows/s", need="ratio >= 5")
@figure("import/memory-100000", unit="MB", need="ours <= 400")
def import_large(bench):
    """A large file in the background, step by step with a commit each, as the job does it; the peer gets 500 rows, with
    ``--full`` 10 000, for his cost grows with the rows."""
    ours = bench.keep(
        "import/100000#ours", lambda: bench.side("suite", scratch=True).call(import_in_steps, count=100000)
    )
    count = 10000 if bench.full else 500
    peer = bench.keep("import/100000#peer", lambda: bench.side("stock").call(import_theirs, rows=_large_clean(count)))
    note = f"{ours['leads']} leads in {ours['seconds']:.0f} s, {ours['suggestions']} suggestions; peer {count} rows"
    yield Result("import/100000", ours["rows"] / ours["seconds"], count / peer["seconds"], note)
    yield Result(
        "import/memory-100000", ours["memory"], note=f"the whole process at its largest; {ours['before']} before"
    )


def large_rows(count):
    """Rows of distinct companies, every thirtieth a repetition with another spelling; one at a time, to hold none."""
    chance = random.Random(20260301)
    words = "恒锐捷铭钜昊铂腾骏硕睿翔凯诚佳博创精宏盛泰隆兴达远方正信和顺新源永茂"
    places = (("江苏", "苏州"), ("浙江", "宁波"), ("广东", "东莞"), ("山东", "青岛"), ("四川", "成都"))
    last = collections.deque(maxlen=20)
    for number in range(count):
        if number % 30 == 29:
            company, *others = last[chance.randrange(20)]
            yield [company.replace("有限公司", "有限责任公司"), *others[:-1], "又来电话询问"]
            continue
        name = "".join(words[number // len(words) ** n % len(words)] for n in (3, 2, 1, 0))
        province, city = chance.choice(places)
        phone = f"1{chance.choice('3578')}{number % 10}{chance.randrange(10**8):08}"
        last.append([f"{city}{name}机械有限公司", f"联系人{number % 977}", phone, f"n{number}@example{number % 499}.com",
                     province, city, f"来源{number % 12}", f"{chance.randrange(1, 90)}万", ""])  # fmt: skip
        yield last[-1]


def import_in_steps(env, count):
    """Cost of a CSV file from the upload to leads, with its largest use of memory in MB."""
    text = io.StringIO()
    csv.writer(text).writerow(["公司名称", "联系人", "手机", "邮箱", "省份", "城市", "线索来源", "预算", "备注"])
    csv.writer(text).writerows(large_rows(count))
    data = base64.b64encode(text.getvalue().encode())
    del text
    supervisor = _supervisor(env)
    env.cr.commit()
    before = _largest_memory()
    started = time.perf_counter()
    batch = supervisor.env["crm.import.batch"].with_user(supervisor).create({"file": data, "filename": "large.csv"})
    batch.action_read()
    for action in (batch.action_check, batch.action_import):
        action()
        env.cr.commit()
        env["crm.import.batch"]._cron_import()
    seconds = time.perf_counter() - started
    memory = _largest_memory()
    batch = batch.sudo()
    if batch.state != "done" or batch.problem_count:
        raise ValueError(f"the import stands at {batch.state}, {batch.problem_count} rows to mend: {batch.notice}")
    return {"seconds": seconds, "memory": memory, "before": before, "rows": batch.total_count,
            "leads": batch.imported_count, "suggestions": len(batch.suggestion_ids)}  # fmt: skip


def _largest_memory():
    """The largest resident memory of this process since the last call, in MB."""
    with open("/proc/self/status") as lines:
        size = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return size // 1024


def _large_clean(count):
    return [[row[0], row[0], row[1], row[2], row[3], row[5], "", row[6]] for row in large_rows(count)]


def _supervisor(env):
    from odoo.addons.crm_merchant.demo.roles import build_roles

    return build_roles(env, ["sales_supervisor"])["sales_supervisor"]


def _checked_batch(supervisor):
    """The file, read and checked by a supervisor."""
    batch = supervisor.env["crm.import.batch"].with_user(supervisor)
    batch = batch.create({"file": base64.b64encode(FILE.read_bytes()), "filename": FILE.name})
    batch.action_read()
    batch.action_check()
    return batch


def import_ours(env):
    """Cost of reading, checking and importing the file."""
    batches, supervisor = [], _supervisor(env)

    def call():
        batch = _checked_batch(supervisor)
        batch._set(state="running")
        while batch._import_step():
            pass
        batches.append(batch)

    cost = measured(env, call)
    batch = batches[0].sudo()
    leads = env["crm.lead"].search_count([("import_line_id.batch_id", "=", batch.id)])
    return {**cost, "rows": len(batch.line_ids), "leads": leads}


def clean_rows(env):
    """Values of the rows that our import understood: what base_import needs done by hand before."""
    columns = ("company", "contact", "phone", "email", "city", "street", "source")
    values = [line.values or {} for line in _checked_batch(_supervisor(env)).sudo().line_ids]
    return [[v.get("company") or v.get("contact") or v.get("phone") or "?", *(v.get(c) or "" for c in columns)]
            for v in values]  # fmt: skip


def import_theirs(env, rows):
    """Cost of Odoo's own import of rows of clean columns; the sources are there already, as for us."""
    fields = ["name", "partner_name", "contact_name", "phone", "email_from", "city", "street", "source_id"]
    sources = {row[-1] for row in rows if row[-1]}
    known = env["utm.source"].search([("name", "in", list(sources))]).mapped("name")
    env["utm.source"].create([{"name": name} for name in sorted(sources - set(known))])
    text = io.StringIO()
    csv.writer(text).writerows([fields, *rows])
    wizard = env["base_import.import"].create(
        {"res_model": "crm.lead", "file": text.getvalue().encode(), "file_name": "rows.csv", "file_type": "text/csv"}
    )
    options = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8"}
    answers = []
    cost = measured(env, lambda: answers.append(wizard.execute_import(fields, fields, options)))
    if not answers[0].get("ids") or len(answers[0]["ids"]) != len(rows):
        raise ValueError(f"base_import refused rows: {answers[0]['messages'][:2]}")
    return cost
