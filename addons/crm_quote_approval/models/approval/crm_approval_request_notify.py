from odoo import fields, models


class ApprovalRequest(models.Model):
    """Ledger rows, to-dos and messages of a request."""

    _inherit = "crm.approval.request"

    # -- ledger -------------------------------------------------------------------------------------

    def _append(self, rows):
        """Adds rows to the chain of the paper; the request was written before, see the ledger mixin."""
        self._append_rows([(self, row) for row in rows])

    def _append_rows(self, rows):
        """The same for the papers of several requests.

        :param rows: list of ``(request, values)``
        """
        self.env["crm.approval.ledger"]._ledger_append(
            [{**request._prepare_ledger_vals(), **row} for request, row in rows]
        )

    def _prepare_ledger_vals(self):
        self.ensure_one()
        return {
            "res_model": self.res_model,
            "res_id": self.res_id,
            "res_name": self.title,
            "request_ref": self.id,
            "company_ref": self.company_id.id,
            "company_name": self.company_id.name,
            "amount": self.amount,
            "currency_name": self.currency_id.name,
            "fingerprint": self.fingerprint,
        }

    def _prepare_decision_row(self, event, task, comment):
        row = {"event": event, "task_ref": task.id, "step_name": task.step_name, "reason": comment or False}
        if task.principal_id != self.env.user:
            row.update(self._target(task.principal_id))
        return row

    def _target(self, user):
        return {"target_uid": user.id, "target_name": user.name}

    # -- to-dos ----------------------------------------------------------------------------------------

    def _add_todos(self, tasks):
        """A to-do on each task, never on the paper: an activity subscribes its user to the record."""
        self.env["mail.activity"]._merchant_schedule_quietly(
            [self._prepare_todo_vals(task) for task in tasks],
            lambda env: (
                env._("To approve: %(title)s", title=self.title)
                if len(self) == 1
                else env._("To approve: %(count)s papers", count=len(tasks))
            ),
        )

    def _prepare_todo_vals(self, task):
        deadline = fields.Datetime.context_timestamp(task, task.deadline).date() if task.deadline else None
        return {
            "res_model_id": self.env["ir.model"]._get_id(task._name),
            "res_model": task._name,
            "res_id": task.id,
            "res_name": task.title,
            "user_id": task.user_id.id,
            # looked up once; Odoo's default asks for each
            "activity_type_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mail_activity_data_todo"),
            "summary": lambda env: env._("To approve: %(title)s", title=task.title),
            "date_deadline": deadline or fields.Date.context_today(task),
        }

    def _drop_todos(self, tasks):
        """Archived like those that people mark as done, not deleted: that would also empty the whole cache."""
        todos = self.env["mail.activity"].sudo().search([("res_model", "=", tasks._name), ("res_id", "in", tasks.ids)])
        if todos:
            todos.write({"active": False})

    def _send_copies(self, first, stop):
        """Tells those who get a copy of the steps ``first`` … ``stop - 1``, which have signed."""
        ids = {uid for number in range(first, stop) for uid in (self.copies or {}).get(str(number), ())}
        users = self.env["res.users"].browse(sorted(ids)).exists().filtered("active")
        if users:
            self.copy_user_ids |= users
            self._notify(
                users,
                self.env._("Copy: %(title)s", title=self.title),
                self.env._("%(name)s has signed; this copy is for your information.", name=self.env.user.name),
            )

    # -- messages ----------------------------------------------------------------------------------

    def _notify(self, users, subject, body):
        """Tells people, in their language as far as the caller's texts are; nothing goes to who acts himself."""
        partners = (users - self.env.user).partner_id
        if partners:
            self.env["mail.thread"].message_notify(partner_ids=partners.ids, subject=subject, body=body or subject)
