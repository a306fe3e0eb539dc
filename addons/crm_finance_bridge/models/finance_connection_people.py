from odoo import fields, models


class FinanceConnection(models.Model):
    """Who hears of a connection. To-dos of somebody who has left, or lost the rights, reach a stand-in."""

    _inherit = "finance.connection"

    stand_in_note = fields.Text("Who Stands In", compute="_compute_stand_in_note")

    def _watched_fields(self):
        return super()._watched_fields() | {"responsible_id": "_on_responsible"}

    def _on_responsible(self, before):
        """Handler: the new person hears of what waits for somebody already."""
        changed = self.filtered(lambda connection: connection.id in before)
        changed.sudo()._pass_on_todos(changed)

    def _compute_stand_in_note(self):
        for connection in self:
            person = connection.sudo().responsible_id
            stand_in = person._finance_stand_in(connection.company_id)
            connection.stand_in_note = (
                self.env._(
                    "%(person)s, who is responsible, has left or has no right to the finance bridge of this company. "
                    "To-dos go to %(stand_in)s until somebody else is chosen under Responsible.",
                    person=person.name,
                    stand_in=stand_in.name,
                )
                if person and stand_in != person
                else False
            )

    def _pass_on_todos(self, anew=None):
        """To-dos that nobody sees go to who sees them; each night, and when somebody else becomes responsible.

        Odoo deletes the to-dos of a person who is archived: what is still stopped asks again.

        :param anew: connections of which all that is stopped and has no to-do asks again; by default those whose
            responsible person cannot be reached
        """
        if anew is None:
            anew = self.filtered(lambda c: not c.responsible_id._finance_answers(c.company_id))
        for model in ("finance.outbox", "finance.receipt", "finance.reconciliation"):
            unseen = self.env[model].search(
                [("connection_id", "in", self.ids), ("activity_ids.user_id.active", "=", False)]
            )
            for record in unseen:
                record.connection_id._pass_on(record)
        for connection in self:
            connection._pass_on(connection)
        domain = [("connection_id", "in", anew.ids), ("state", "in", ("rejected", "dead")),
                  ("error_code", "!=", "withdrawn"), ("activity_ids", "=", False)]  # fmt: skip
        for row in self.env["finance.outbox"].search(domain):
            row._outbox_stopped()
        for connection in anew.filtered("stop_reason"):
            connection._tell_stopped()

    def _pass_on(self, record):
        for todo in record.activity_ids.filtered(lambda activity: not activity.user_id.active):
            summary, note = todo.summary, todo.note
            todo.unlink()
            self._ask_person(record, self.responsible_id, lambda _env, text=summary: text, note)

    def _tell_stopped(self):
        sentence = self.stop_reason
        self._ask_person(self, self.responsible_id, lambda _env: sentence[:200], sentence)
