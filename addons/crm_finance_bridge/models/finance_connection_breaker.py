import logging
from datetime import timedelta

from odoo import fields, models

from odoo.addons.crm_merchant.models.kernel.outbox_mixin import CONFLICTS

_logger = logging.getLogger(__name__)

FAILURES_TO_OPEN = 5
WINDOW = timedelta(seconds=60)
COOL_DOWN = timedelta(seconds=60)
SUCCESSES_TO_CLOSE = 2
SUCCESS_EVERY = timedelta(seconds=60)
BREAKER = (
    "breaker_failures",
    "breaker_first_failure_at",
    "breaker_opened_at",
    "breaker_retry_at",
    "breaker_successes",
)


class FinanceConnection(models.Model):
    """The breaker of a connection: while the far side is down, rows wait and burn no attempts.

    Five failures in a row within a minute open it; after a minute one row after the other probes (half open), two
    successes close it. Kept in the database because workers are processes. ``stop_reason`` is the stronger brake: set
    when the far side refuses our credentials or our own rules refuse its address; only a person releases it, since
    trying again may lock the account.
    """

    _inherit = "finance.connection"

    breaker_state = fields.Selection(
        [
            ("closed", "Normal"),
            ("open", "Waiting for the Other Side"),
            ("half", "Trying Again"),
            ("stopped", "Stopped"),
        ],
        compute="_compute_breaker_state",
    )
    breaker_failures = fields.Integer(readonly=True, copy=False)
    breaker_first_failure_at = fields.Datetime(readonly=True, copy=False)
    breaker_opened_at = fields.Datetime("Down Since", readonly=True, copy=False)
    breaker_retry_at = fields.Datetime("Tried Again At", readonly=True, copy=False)
    breaker_successes = fields.Integer(readonly=True, copy=False)
    stop_reason = fields.Text("Stopped Because", readonly=True, copy=False)

    def _guarded_fields(self):
        return super()._guarded_fields() | {*BREAKER, "stop_reason"}

    def _compute_breaker_state(self):
        for connection in self:
            if connection.stop_reason:
                connection.breaker_state = "stopped"
            elif connection.breaker_retry_at and connection.breaker_retry_at > self.env.cr.now():
                connection.breaker_state = "open"
            else:
                connection.breaker_state = "half" if connection.breaker_opened_at else "closed"

    def _breaker_write(self, vals):
        """The door of breaker and health columns; writes only what differs, most calls change nothing."""
        self.ensure_one()
        changed = {name: value for name, value in vals.items() if self[name] != value}
        if changed:
            self.sudo()._through_door(*changed).write(changed)

    def _breaker_success(self, now):
        """The far side answered sensibly.

        :param now: naive UTC of the database
        """
        # after each call: of a hundred columns these alone
        self.fetch([*BREAKER, "last_success_at"])
        vals = {"breaker_failures": 0, "breaker_first_failure_at": False}
        if self.breaker_opened_at:
            vals["breaker_successes"] = self.breaker_successes + 1
            if vals["breaker_successes"] >= SUCCESSES_TO_CLOSE:
                vals.update(breaker_opened_at=False, breaker_retry_at=False, breaker_successes=0)
        if not self.last_success_at or now - self.last_success_at >= SUCCESS_EVERY:
            vals["last_success_at"] = now
        self._breaker_write(vals)

    def _breaker_failure(self, now):
        """Not reached, or an answer nobody could read."""
        first = self.breaker_first_failure_at
        if not first or now - first > WINDOW:
            first, failures = now, 1
        else:
            failures = self.breaker_failures + 1
        vals = {"breaker_failures": failures, "breaker_first_failure_at": first, "breaker_successes": 0}
        if self.breaker_opened_at:
            vals["breaker_retry_at"] = now + COOL_DOWN
        elif failures >= FAILURES_TO_OPEN:
            vals.update(breaker_opened_at=now, breaker_retry_at=now + COOL_DOWN)
        self._breaker_write(vals)

    def _pause(self, sentence):
        """Stops the connection until a person has tested it; one to-do, however many rows wait."""
        self.ensure_one()
        is_new = not self.stop_reason
        self._breaker_write({"stop_reason": sentence})
        if is_new:
            self._tell_stopped()

    def _ask_person(self, record, user, summary, note):
        """One to-do on ``record``, however often it comes up. Failing to tell never loses what is to be told.

        :param summary: function of an environment in the reader's language
        """
        if record.activity_ids.user_id.filtered("active"):
            return
        user = (user | self.responsible_id)._finance_stand_in(self.company_id)
        env = self.with_context(lang=user.lang).env
        try:
            with self.env.cr.savepoint():
                self.env["mail.activity"]._merchant_schedule_quietly(
                    [
                        {
                            "res_model_id": self.env["ir.model"]._get_id(record._name),
                            "res_id": record.id,
                            "user_id": user.id,
                            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                            "summary": summary(env),
                            "note": note,
                        }
                    ],
                    env._("The finance bridge needs you"),
                )
        except CONFLICTS:
            raise
        except Exception:
            _logger.exception("no to-do for %s %s", record._name, record.id)

    def _resume(self):
        """A test went through: brake and breaker are released."""
        self.ensure_one()
        vals = {"stop_reason": False, "breaker_opened_at": False, "breaker_retry_at": False}
        self._breaker_write({**vals, "breaker_failures": 0, "breaker_successes": 0, "breaker_first_failure_at": False})
        self.env["finance.outbox"].sudo()._wake()
