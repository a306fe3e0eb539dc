"""A database that addons come to and go from, and what can be told apart about it."""

import json
import os
import re
import subprocess
from collections import defaultdict

from house import settings
from house.database import Databases
from house.postgres import Cluster
from house.testing import allowed, complaint_of

CATALOGUE = {
    "tables": "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'S') AND relnamespace = 'public'::regnamespace",
    "columns": "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
    "WHERE table_schema = 'public'",
    "indexes": "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass, conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "parameters": "SELECT key, value FROM ir_config_parameter WHERE key NOT LIKE 'base.%' AND key NOT LIKE 'database.%'",
    "jobs": "SELECT cron_name, active, interval_number, interval_type FROM ir_cron",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model, name, ttype FROM ir_model_fields",
    "views": "SELECT name, model, active FROM ir_ui_view",
    "menus": "SELECT complete_name FROM (SELECT name->>'en_US' AS complete_name FROM ir_ui_menu) m",
    "actions": "SELECT type, name->>'en_US' FROM ir_actions",
    "groups": "SELECT name->>'en_US' FROM res_groups",
    "implied groups": "SELECT a.name->>'en_US', b.name->>'en_US' FROM res_groups_implied_rel r "
    "JOIN res_groups a ON a.id = r.gid JOIN res_groups b ON b.id = r.hid",
    "privileges": "SELECT name->>'en_US' FROM res_groups_privilege",
    "rules": "SELECT name, active FROM ir_rule",
    "access lines": "SELECT name FROM ir_model_access",
    "numbering": "SELECT code, name FROM ir_sequence",
    "templates": "SELECT name->>'en_US' FROM mail_template",
    "activity types": "SELECT name->>'en_US' FROM mail_activity_type",
    "subtypes": "SELECT name->>'en_US', res_model FROM mail_message_subtype",
    "selections": "SELECT f.model, f.name, s.value FROM ir_model_fields_selection s "
    "JOIN ir_model_fields f ON f.id = s.field_id",
    "paper formats": "SELECT name FROM report_paperformat",
    "assets": "SELECT name, path FROM ir_asset",
    "boards": "SELECT name->>'en_US' FROM spreadsheet_dashboard",
    "stages": "SELECT name->>'en_US', sequence FROM crm_stage",
    "defaults": "SELECT field_id, json_value FROM ir_default",
    "external ids": "SELECT module, name FROM ir_model_data WHERE module NOT IN ('__export__', 'base')",
    "foreign keys' notes": "SELECT m.name, c.name FROM ir_model_constraint c JOIN ir_module_module m ON m.id = c.module",
    "models' relations": "SELECT name FROM ir_model_relation",
    "orphans": "SELECT DISTINCT res_model FROM ir_attachment WHERE res_model IS NOT NULL "
    "AND res_model NOT IN (SELECT model FROM ir_model) UNION ALL "
    "SELECT DISTINCT res_model FROM mail_activity WHERE res_model NOT IN (SELECT model FROM ir_model) UNION ALL "
    "SELECT DISTINCT res_model FROM mail_followers WHERE res_model NOT IN (SELECT model FROM ir_model)",
}
# what stays on purpose, because the data that people made needs it
STAYS = {
    # leads of people are shown in a menu; hidden again, nobody would find them
    "implied groups": ("+User: Own Documents Only|Show Lead Menu", "+Role / User|Use Milestones"),
    # opportunities stand in it
    "stages": ("+已报价|",),
}
# what Odoo leaves of every module: its notes about how modules that stay looked on models that went
ODOOS_NOTES = re.compile(r"^\+\w+\|(selection__|model_inherit__|constraint_)")


class Guest:
    """The database ``name`` as a copy of ``template`` (a function of the databases, or Odoo's modules only)."""

    def __init__(self, name, template=Databases.base_template):
        self.name = name
        self.databases = Databases(Cluster("test"))
        self.databases.cluster.start()
        self.databases.copy(template(self.databases), name)
        self.before = {}
        self.complaints = []

    def close(self):
        self.databases.drop(self.name)
        self.databases.cluster.stop()

    # -- Odoo -----------------------------------------------------------------------------

    def odoo(self, *arguments, script=None, start_script=(), environment=None):
        """Runs Odoo to its end, or a script in its shell; gives what the script printed as ``OUT`` and JSON."""
        command = self.databases.odoo_command(
            "-d", self.name, "--no-http", "--max-cron-threads=0", *arguments, subcommand=("shell",) if script else ()
        )
        if start_script:
            command[: len(settings.odoo_script())] = start_script
        environment = dict(
            os.environ,
            CRM_FINANCE_KEY="yk3Sq0pGmS0dfFzqYhdPlgWg6nqSl1sVwD8LvZ2XhEs=",
            CRM_FINANCE_ONPREM_CIDR="127.0.0.0/8",
            **environment or {},
        )
        done = subprocess.run(command, input=script, capture_output=True, text=True, env=environment, check=False)
        assert not done.returncode and "Traceback (most recent call last)" not in done.stderr, done.stderr[-5000:]
        excused = allowed("allowed_log_lines")
        self.complaints += [c for line in done.stderr.splitlines() if (c := complaint_of(line, excused))]
        found = [line for line in done.stdout.splitlines() if line.startswith("OUT ")]
        return json.loads(found[-1][4:]) if found else None

    def install(self, *addons, **options):
        self.odoo("-i", ",".join(addons), "--skip-auto-install", "--stop-after-init", **options)

    def update(self, *addons):
        self.odoo("-u", ",".join(addons), "--skip-auto-install", "--stop-after-init")

    def uninstall(self, addon):
        """Uninstalls the addon and what stands on it, as the button in Apps does, and lets Odoo clear its files."""
        self.odoo(
            script=f'env["ir.module.module"].search([("name", "=", "{addon}")]).button_immediate_uninstall()\n'
            'env["ir.attachment"]._gc_file_store()\nenv.cr.commit()\n'
        )

    # -- what is there --------------------------------------------------------------------

    def sql(self, query):
        return self.databases.cluster.sql(query, self.name)

    def catalogue(self):
        return {name: sorted(self.sql(query).splitlines()) for name, query in CATALOGUE.items()}

    def columns(self):
        """Table -> its columns; views and what Odoo keeps for one process left out."""
        found = defaultdict(list)
        for line in self.sql(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t "
            "USING (table_schema, table_name) WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' "
            "ORDER BY 1, c.ordinal_position"
        ).splitlines():
            table, column = line.split("|")
            found[table].append(column)
        return dict(found)

    def rows(self, columns):
        """Table -> key -> checksum over the given columns. The key is the id, or the checksum where there is none."""
        queries = []
        for table, names in columns.items():
            quoted = ", ".join(f'"{name}"' for name in names)
            key = '"id"::text' if "id" in names else "''"
            queries.append(f"SELECT '{table}', {key}, md5(ROW({quoted})::text) FROM \"{table}\"")
        found = {table: {} for table in columns}
        for line in self.sql(" UNION ALL ".join(queries)).splitlines():
            table, key, checksum = line.split("|")
            found[table][key or checksum] = checksum
        return found

    def unreferenced_files(self):
        """Files of the store that no attachment names; those of before an installation are not ours, cleared or not."""
        store = self.databases.filestore(self.name)
        known = set(self.sql("SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname IS NOT NULL").split())
        files = {str(path.relative_to(store)) for path in store.rglob("*") if path.is_file()}
        return {name for name in files if not name.startswith("checklist")} - known


def touched(before, after):
    """Table -> (ids of rows that were changed or are gone, ids of rows that came)."""
    found = {}
    for table, rows in before.items():
        now = after.get(table, {})
        changed = sorted(key for key, checksum in rows.items() if now.get(key) != checksum)
        came = sorted(key for key in now if key not in rows)
        if changed or came:
            found[table] = (changed, came)
    return found


def difference(before, after):
    """Kind of thing -> what is there too much (+) and too little (-)."""
    found = {}
    for kind in before:
        more, less = list(after[kind]), []
        for line in before[kind]:
            if line in more:
                more.remove(line)
            else:
                less.append(line)
        changes = [f"+{line}" for line in more] + [f"-{line}" for line in less]
        changes = [change for change in changes if not change.startswith(STAYS.get(kind, ("\0",)))]
        if kind == "external ids":
            changes = [change for change in changes if not ODOOS_NOTES.match(change)]
        if changes:
            found[kind] = changes
    return found
