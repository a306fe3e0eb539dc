from itertools import pairwise

from odoo import api, models
from odoo.exceptions import ValidationError

from .crm_approval_policy_condition import COMPARISONS, NUMBER, OPERATORS


class ApprovalPolicyCondition(models.Model):
    _inherit = "crm.approval.policy.condition"

    @api.constrains("measure", "operator", "number", "flag", "grade", "step_id", "policy_id")
    def _check_contradiction(self):
        """Refuses rows that cannot hold together, where all of them have to.

        Read from the database, so that the rows that stood there before count too.
        """
        for condition in self:
            step = condition.step_id
            if step.match != "any":
                rows = self.search([("policy_id", "=", condition.policy_id.id), ("step_id", "in", [False, step.id])])
                rows._refuse_contradiction()

    def _refuse_contradiction(self):
        for measure, rows in self.grouped("measure").items():
            kind = self._measure_kinds()[measure][0]
            if any(row.operator not in OPERATORS[kind] for row in rows):
                # refused by the check of the row itself
                continue
            if kind == NUMBER:
                possible = rows._numbers_possible()
            elif kind in ("flag", "choice"):
                name = self._measure_kinds()[measure][1]
                values = [value for value, _label in self._fields[name]._description_selection(self.env)]
                possible = any(all(COMPARISONS[row.operator](value, row[name]) for row in rows) for value in values)
            else:
                continue
            if not possible:
                raise ValidationError(
                    self.env._(
                        "No paper can fulfil all of these together: %(rows)s.",
                        rows="; ".join(rows.mapped("display_name")),
                    )
                )

    def _numbers_possible(self):
        """Whether some number fulfils all of these rows: one of their own values, or one beside or between them."""
        values = sorted(set(self.mapped("number")))
        tries = [
            values[0] - 1,
            values[-1] + 1,
            *values,
            *((low + high) / 2 for low, high in pairwise(values)),
        ]
        return any(all(COMPARISONS[row.operator](number, row.number) for row in self) for number in tries)


class ApprovalPolicy(models.Model):
    _inherit = "crm.approval.policy"

    @api.depends(
        "active", "sequence", "company_id", "res_model", "step_ids.source", "step_ids.group_id", "step_ids.user_ids",
        "step_ids.threshold", "step_ids.mode", "condition_ids.number", "condition_ids.operator",
    )  # fmt: skip
    def _compute_warning_text(self):
        for policy in self:
            policy.warning_text = "\n".join(policy._warnings()) if policy.id else False

    def _warnings(self):
        """Sentences about what is possible but probably not meant."""
        self.ensure_one()
        policy = self.sudo()._origin
        return [*policy._warn_hidden(), *policy._warn_never(), *policy._warn_people(), *policy._warn_twice()]

    def _warn_never(self):
        """Steps whose threshold no paper can pass that the amount rows let through."""
        warnings, conditions = [], self._conditions().filtered(lambda row: row.measure == "amount")
        for step in self.step_ids.filtered("threshold"):
            rows = conditions.filtered(
                lambda row, step=step: not row.step_id or (row.step_id == step and step.match != "any")
            )
            values = sorted({step.threshold, *rows.mapped("number")})
            tries = [values[-1] + 1, *values, *((low + high) / 2 for low, high in pairwise(values))]
            if not any(
                number > step.threshold and all(COMPARISONS[row.operator](number, row.number) for row in rows)
                for number in tries
            ):
                warnings.append(
                    self.env._("Step %(step)s is never asked: its amount contradicts the conditions.", step=step.name)
                )
        return warnings

    def _warn_hidden(self):
        """Another policy catches everything before this one is asked."""
        if not self.step_ids:
            return [self.env._("It has no steps, so it asks nobody.")]
        lowest = min(self.step_ids.mapped("threshold"))
        before = self.search(
            [
                ("res_model", "=", self.res_model),
                ("company_id", "in", [False, self.company_id.id]),
                ("id", "!=", self.id),
            ]
        ).filtered(lambda other: (other.sequence, other.id) < (self.sequence, self.id))
        warnings = []
        for other in before:
            rows = other._conditions()
            plain = other.step_ids.filtered(lambda step, rows=rows: step not in rows.step_id)
            if any(not row.step_id for row in rows) or not plain:
                continue
            # steps that conditions call for below every amount are hidden only by others of that kind
            free = self.step_ids.filtered(lambda step: not step.condition_ids)
            hidden = free == self.step_ids or plain != other.step_ids
            lowest = min(free.mapped("threshold"), default=lowest)
            if min(plain.mapped("threshold")) <= lowest and hidden:
                warnings.append(
                    self.env._(
                        "“%(name)s” stands before it and catches the same papers, so this one is never asked.",
                        name=other.name,
                    )
                )
            else:
                warnings.append(
                    self.env._(
                        "“%(name)s” stands before it and decides alone on what both catch.",
                        name=other.name,
                    )
                )
        return warnings

    def _warn_people(self):
        """Roles that nobody has, and people who can sign nothing."""
        warnings = []
        for step in self.step_ids:
            if step.source == "group" and not step.group_id.all_user_ids.filtered("active"):
                warnings.append(self.env._("Nobody has the role of step %(step)s.", step=step.name))
            gone = step.with_context(active_test=False).user_ids.filtered(lambda user: not user.active)
            if step.source in ("user", "choice") and gone:
                warnings.append(
                    self.env._(
                        "Step %(step)s names %(names)s, who has left; his superior signs instead.",
                        step=step.name,
                        names=", ".join(gone.mapped("name")),
                    )
                )
            circle = step.user_ids.filtered(lambda user: user in user._delegation_circle())
            if step.source == "user" and circle:
                warnings.append(
                    self.env._(
                        "%(names)s of step %(step)s stand in for each other at the same time; nobody signs for both.",
                        step=step.name,
                        names=", ".join(circle.mapped("name")),
                    )
                )
        return warnings

    def _warn_twice(self):
        seen, warnings = {}, []
        for step in self.step_ids.filtered(lambda step: step.source == "user").sorted(lambda s: (s.sequence, s.id)):
            for user in step.user_ids:
                if user in seen:
                    warnings.append(
                        self.env._(
                            "%(name)s is named in %(first)s and in %(second)s; he decides once, at the later one.",
                            name=user.name,
                            first=seen[user].name,
                            second=step.name,
                        )
                    )
                seen[user] = step
        return warnings
