"""Append-only rows with a hash chain per record.

What matters in a dispute (who held a lead, who approved what, what went to finance) is kept in models with this mixin.
The rows carry no foreign keys: a deleted user, a merged partner or a closed company never touches them. Nobody has a
right to write them, and a database trigger refuses UPDATE, DELETE and TRUNCATE even to the superuser. Each row holds
the hash of the row before it in the chain of *its* record; one chain for everything would make all writers wait for
each other. ``crm.ledger.seal`` ties the chains together every night.

A model with this mixin repeats ``_log_access = False``: the ORM does not hand that on, and the columns it would add
are foreign keys.
"""

from collections import defaultdict
from decimal import Decimal

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...lib.hashing import canonical_json, chain_hash
from .inserting import insert_rows, sql_array

TRIGGER_FUNCTION = "crm_ledger_refuse_change"


class LedgerMixin(models.AbstractModel):
    _name = "crm.ledger.mixin"
    _description = "Append-only Ledger"
    _log_access = False
    _order = "moment desc, id desc"
    _rec_name = "res_name"

    res_model = fields.Char("Record Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    res_name = fields.Char("Record Name", readonly=True, help="Name at that moment")
    seq = fields.Integer("No.", required=True, readonly=True, help="Place in the chain of the record")
    moment = fields.Datetime(required=True, readonly=True)
    actor_uid = fields.Integer("User ID", readonly=True)
    actor_name = fields.Char("By", readonly=True)
    actor_shown = fields.Char("Done By", compute="_compute_actor_shown")
    company_ref = fields.Integer("Company ID", readonly=True)
    company_name = fields.Char("Company", readonly=True)
    reason = fields.Text(readonly=True)
    previous_hash = fields.Char(readonly=True)
    hash = fields.Char(required=True, readonly=True)

    _seq_uniq = models.UniqueIndex("(res_model, res_id, seq)", "The chain of this record grew at the same moment.")

    @api.depends("actor_uid", "actor_name")
    @api.depends_context("lang")
    def _compute_actor_shown(self):
        """Who did it; what a job did is the system's, whatever the bot's account is called."""
        system = self.env._("System")
        for row in self:
            row.actor_shown = system if row.actor_uid == SUPERUSER_ID else row.actor_name

    def init(self):
        if self._abstract:
            return
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION %(function)s() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'rows of %% are append-only', TG_TABLE_NAME; END $$;
                CREATE OR REPLACE TRIGGER ledger_rows BEFORE UPDATE OR DELETE ON %(table)s
                    FOR EACH ROW EXECUTE FUNCTION %(function)s();
                CREATE OR REPLACE TRIGGER ledger_table BEFORE TRUNCATE ON %(table)s
                    FOR EACH STATEMENT EXECUTE FUNCTION %(function)s()
                """,
                function=SQL.identifier(TRIGGER_FUNCTION),
                table=SQL.identifier(self._table),
            )
        )

    # -- writing --------------------------------------------------------------------------

    @api.model
    def _ledger_append(self, rows):
        """Adds rows to the chains of their records, in the order given.

        The caller has already updated the record itself in this transaction, so that two writers of one chain meet at
        that row and one of them is retried.

        :param rows: list of dicts of field values with at least ``res_model`` and ``res_id``; moment, user and
            company are filled in
        :return: the new rows (superuser)
        """
        if not rows:
            return self.sudo().browse()
        last = self._ledger_heads(rows)
        user, company = self.env.user.sudo(), self.env.company.sudo()
        common = {
            "moment": fields.Datetime.now(),
            "actor_uid": user.id,
            "company_ref": company.id,
        }
        # a caller who knows the names spares their reading
        if any("actor_name" not in row for row in rows):
            common["actor_name"] = user.name
        if any("company_name" not in row for row in rows):
            common["company_name"] = company.name
        covered, spelled = self._ledger_covered(), {}
        vals_list = []
        for row in rows:
            vals = {**common, **row}
            key = (vals["res_model"], vals["res_id"])
            seq, previous = last[key]
            vals["seq"] = seq + 1
            vals["previous_hash"] = previous
            vals["hash"] = chain_hash(previous, self._ledger_hashed(vals, covered, spelled))
            last[key] = (vals["seq"], vals["hash"])
            vals_list.append(vals)
        return self._ledger_insert(vals_list)

    def _ledger_insert(self, vals_list):
        """Puts finished rows into the table, any number in one statement.

        Nothing hangs on the creation of a row: no stored computation, no log columns, no default, no right to ask for.

        :param vals_list: dicts of field values, number and hash included
        :return: the new rows (superuser), in the order given
        """
        ledger = self.sudo()
        return ledger.browse(insert_rows(ledger, vals_list))

    def _ledger_heads(self, rows):
        """(model, id) -> (number, hash) of the last row of each chain that ``rows`` belong to, (0, "") for a new one."""
        wanted = defaultdict(set)
        for row in rows:
            wanted[row["res_model"]].add(row["res_id"])
        heads = defaultdict(lambda: (0, ""))
        for model, ids in wanted.items():
            self.flush_model()
            query = SQL(
                "SELECT DISTINCT ON (res_id) res_id, seq, hash FROM %s WHERE res_model = %s AND res_id = ANY(%s) "
                "ORDER BY res_id, seq DESC",
                SQL.identifier(self._table),
                model,
                sql_array(ids),
            )
            for res_id, seq, digest in self.env.execute_query(query):
                heads[model, res_id] = (seq, digest)
        return heads

    def _ledger_covered(self):
        """Names of the fields that the hash of a row covers, in the order in which they are spelled."""
        return sorted({name for name, field in self._fields.items() if field.store} - {"id", "hash"})

    def _ledger_hashed(self, vals, covered, spelled):
        """Text that the hash of a row covers: the canonical JSON of every filled stored value, so that a column added
        later, empty in old rows, leaves their hashes valid.

        :param covered: what ``_ledger_covered`` gives, once for many rows
        :param spelled: name -> last value and its text, once for many rows: most of a row is that of the row before
        """
        pieces = []
        for name in covered:
            value = vals.get(name)
            if value:
                last = spelled.get(name)
                # the very same object, not an equal one: 1 and True are equal
                if last is None or last[0] is not value:
                    last = spelled[name] = (value, f'"{name}":{self._ledger_spelled(value)}')
                pieces.append(last[1])
        return "{" + ",".join(pieces) + "}"

    def _ledger_spelled(self, value):
        # money arrives as a float; six digits hold every currency
        return canonical_json(str(Decimal(str(round(value, 6)))) if isinstance(value, float) else value)

    # -- checking -------------------------------------------------------------------------

    @api.model
    def _ledger_broken(self, domain=()):
        """Rows whose hash, number or link to the row before does not fit; an empty set when the chains are whole.

        :param domain: search domain that takes whole chains, e.g. ``[("res_model", "=", m), ("res_id", "=", i)]``
        """
        broken = self.sudo().browse()
        names = [name for name, field in self._fields.items() if field.store and field.column_type]
        covered, spelled = self._ledger_covered(), {}
        last = defaultdict(lambda: (0, ""))
        for row in self.sudo().search(list(domain), order="res_model, res_id, seq"):
            key = (row.res_model, row.res_id)
            seq, previous = last[key]
            vals = {name: row[name] for name in names}
            digest = chain_hash(previous, self._ledger_hashed(vals, covered, spelled))
            if row.seq != seq + 1 or (row.previous_hash or "") != previous or row.hash != digest:
                broken += row
            last[key] = (row.seq, row.hash)
        return broken
