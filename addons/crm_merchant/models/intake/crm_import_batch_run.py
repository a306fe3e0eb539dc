import logging

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

STEP = 500
# what one row's values can cause; everything else (a lost connection, a conflict) concerns the whole step
ROW_ERRORS = (UserError, ValueError, psycopg2.DataError, psycopg2.IntegrityError)


class ImportBatch(models.Model):
    """Importing, in steps of 500 rows: a step is one transaction, so an interruption repeats no row and loses none."""

    _inherit = "crm.import.batch"

    def action_import(self):
        """Makes leads of the ready rows: at once up to 500, else in the background."""
        self._check_importer("checked", "done")
        if not self._ready_rows():
            raise UserError(
                self.env._("No row is ready. Decide the suggestions, or mend the rows and upload them again.")
            )
        self._set(state="running", started_at=self.started_at or fields.Datetime.now(), finished_at=False)
        self._go_on()
        return True

    def _go_on(self):
        """Imports the ready rows of a running batch, now or in the background."""
        if self._ready_rows() > STEP:
            self.env.ref("crm_merchant.ir_cron_lead_import")._trigger()
            return
        while self._import_step():
            pass

    def _ready_rows(self):
        return (
            self.env["crm.import.line"]
            .sudo()
            .search_count([("batch_id", "=", self.id), ("state", "in", ("ready", "update"))])
        )

    @api.model
    def _cron_import(self):
        """Goes on with every running import, a step a transaction; a failing import does not stop the others."""
        steps = {"checking": "_check_step", "running": "_import_step", "undoing": "_undo_step"}
        unfinished = [("state", "in", list(steps))]
        batches = self.sudo().search(unfinished, order="id")
        failed = None
        for batch in batches:
            try:
                step = getattr(batch, steps[batch.state])
                while done := step():
                    remaining = batch.search_count(unfinished)
                    if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                        return
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("Import %s stopped", batch.id)
                failed = error
                text = self.env._(
                    "The import stopped by an error and goes on by itself. Tell the administrator if it stays."
                )
                batch._set(notice=text)
                self.env["ir.cron"]._commit_progress()
        if failed:
            raise failed

    def _import_step(self, limit=STEP):
        """Imports the next rows of a running batch.

        :return: number of rows dealt with; 0 when nothing is left and the import is done
        """
        self.ensure_one()
        batch = self.sudo().try_lock_for_update()
        if not batch or batch.state != "running":
            return 0
        batch = batch._as_importer()
        lines = batch.env["crm.import.line"].search(
            [("batch_id", "=", batch.id), ("state", "=", "ready")], order="id", limit=limit
        )
        if lines:
            leads = batch._import_lines(lines)
            if leads:
                batch._settle(leads)
            merging = batch.env["crm.merge.suggestion"].search(
                [
                    ("survivor_line_id", "in", lines.ids),
                    ("state", "=", "confirmed"),
                    ("line_id.state", "=", "duplicate"),
                ]
            )
            merging._merge_rows()
        done = len(lines)
        if done < limit:
            done += batch._update_leads(limit - done)
        if done < limit:
            batch._set(state="done", finished_at=fields.Datetime.now())
            batch._message_log(body=batch._summary())
        return done

    def _settle(self, leads):
        """Intent, pool or assignment, and clock of new leads, as for everything that comes in."""
        self.env["crm.intake.rule"]._grade(leads)
        if self.pool_id:
            reason = self.env._("Import %(name)s", name=self.name)
            leads._pool_move("enter", {self.env["res.users"]: leads}, reason, pool=self.pool_id)
        else:
            leads._merchant_assign()
        leads._intake_started(self.channel_id)

    def _update_leads(self, limit):
        """Rows that write over a lead that is there.

        :return: number of rows dealt with
        """
        lines = self.env["crm.import.line"].search(
            [("batch_id", "=", self.id), ("state", "=", "update")], order="id", limit=limit
        )
        if lines:
            self.env["crm.merge.suggestion"].search([("line_id", "in", lines.ids)])._merge_rows()
            gone = lines.filtered(lambda line: line.state == "update")
            gone.write({"state": "problem", "problem": self.env._("The lead to update is gone. Upload the row again.")})
        return len(lines)

    def _import_lines(self, lines):
        """Makes leads of these rows; a row that Odoo refuses goes to the problems, the others are not held up."""
        env = lines.env
        context = self._prepare_lookups(lines)
        pairs = [(line, self._prepare_lead_vals(line, context)) for line in lines]
        Lead = env["crm.lead"]
        imported, created = [], Lead
        parts = [pairs]
        while parts:
            part = parts.pop()
            try:
                with env.cr.savepoint():
                    leads = Lead._import_mark([vals for _line, vals in part])
                    leads.flush_recordset()
            except ROW_ERRORS as error:
                env.invalidate_all()
                if len(part) == 1:
                    part[0][0].write({"state": "problem", "problem": self._refusal_text(error)})
                    continue
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
                continue
            created |= leads
            imported += [line.id for line, _vals in part]
        env["crm.import.line"].browse(imported).write({"state": "imported"})
        return created

    def _refusal_text(self, error):
        if isinstance(error, UserError):
            return str(error)
        _logger.warning("A row of an import was refused: %s", type(error).__name__)
        return self.env._("The database refuses this row: a value is too long or of the wrong kind.")

    # -- values ----------------------------------------------------------------------------------

    def _prepare_lookups(self, lines):
        """What many rows share, looked up once: provinces, sources, tags, the first stage."""
        values = [line.values or {} for line in lines]
        return {
            "states": self.env["crm.region"]._state_of_province_code(),
            "china": self.env.ref("base.cn").id,
            "stage": self.env["crm.lead"]._stage_find(domain=[("fold", "=", False)]).id,
            "sources": self._find_or_create("utm.source", {v["source"] for v in values if v.get("source")}),
            "industries": self.env["res.partner.industry"]._merchant_read_texts(v.get("industry") for v in values),
            "product_lines": self.env["product.category"]._merchant_read_texts(v.get("product") for v in values),
            "tags": self._find_or_create("crm.tag", {tag for v in values for tag in v.get("tags", ())}),
        }

    def _find_or_create(self, model, names):
        """Name -> id, whatever the case of the name; missing ones are made."""
        Model = self.env[model].sudo()
        if not names:
            return {}
        Model.flush_model(["name"])
        name_column = (
            SQL("name")
            if not Model._fields["name"].translate
            else SQL("COALESCE(name->>%s, name->>'en_US')", self.env.lang or "en_US")
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT lower(%s), min(id) FROM %s WHERE lower(%s) = ANY(%s) GROUP BY 1",
                name_column,
                SQL.identifier(Model._table),
                name_column,
                [name.lower() for name in names],
            )
        )
        ids = dict(rows)
        missing = {name.lower(): name for name in sorted(names) if name.lower() not in ids}
        if missing:
            made = Model.create([{"name": name} for name in missing.values()])
            ids |= dict(zip(missing, made.ids, strict=True))
        return {name: ids[name.lower()] for name in names}

    def _prepare_lead_vals(self, line, lookups):
        """Values of the lead that a row becomes.

        :param lookups: result of :meth:`_prepare_lookups`
        """
        values = line.values or {}
        company, contact = values.get("company"), values.get("contact")
        name = company or contact or values.get("phone")
        state_id = lookups["states"].get(values.get("province"))
        origin = self.channel_id._prepare_origin_vals() if self.channel_id else {}
        return {
            "name": f"{name} - {values['product']}" if values.get("product") else name,
            "type": "lead",
            "user_id": False,
            "team_id": False,
            "company_id": self.company_id.id,
            "stage_id": lookups["stage"],
            "import_line_id": line.id,
            "partner_name": company,
            "contact_name": contact,
            "function": values.get("function"),
            "phone": values.get("phone"),
            "email_from": values.get("email"),
            "website": values.get("website"),
            "credit_code": values.get("credit_code"),
            "country_id": lookups["china"] if state_id or values.get("is_mainland") else False,
            "state_id": state_id,
            "city": values.get("city"),
            "street": values.get("street"),
            "source_id": lookups["sources"].get(values.get("source")) or self.source_id.id or origin.get("source_id"),
            "medium_id": origin.get("medium_id"),
            "campaign_id": origin.get("campaign_id"),
            "intake_channel_id": self.channel_id.id,
            "referred": values.get("referred"),
            "merchant_industry_id": lookups["industries"].get(values.get("industry")),
            "merchant_product_line_id": lookups["product_lines"].get(values.get("product")),
            "expected_revenue": float(values.get("budget") or 0),
            "tag_ids": [fields.Command.set([lookups["tags"][tag] for tag in values.get("tags", ())])],
            "description": self._prepare_description(values, line.hint),
        }

    def _prepare_description(self, values, hint):
        """What has no field of its own: industry, product, unmapped columns, hints."""
        pairs = self.env["crm.lead"]._intake_description_pairs(values)
        return self._as_html([*pairs, (self.env._("Please Note"), hint)] if hint else pairs)

    def _as_html(self, pairs):
        return Markup("<br/>").join(Markup("%s: %s") % (label, text) for label, text in pairs)

    def _row_note(self, line):
        """A whole row as it was written, for the history of the record it was merged into."""
        place = self.env._("Merged from %(file)s, %(place)s", file=self.filename or self.name, place=line.place)
        return Markup("<b>%s</b><br/>%s") % (place, self._as_html(line.raw or []))

    def _summary(self):
        self.invalidate_recordset()
        return self.env._(
            "%(imported)s rows imported, %(merged)s merged, %(duplicates)s duplicates to decide, %(problems)s to mend.",
            imported=self.imported_count,
            merged=self.merged_count,
            duplicates=self.duplicate_count,
            problems=self.problem_count,
        )
