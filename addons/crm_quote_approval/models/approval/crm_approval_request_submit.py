"""What a submit freezes: the values, the people, the words."""

from odoo import fields, models

from odoo.addons.crm_merchant.lib.hashing import chain_hash

# the kind of a task's right, where it is not named like the source of its step
RIGHT_OF_SOURCE = {"nth_superior": "superior", "superior_chain": "superior"}


class ApprovalRequest(models.Model):
    _inherit = "crm.approval.request"

    # -- submit -------------------------------------------------------------------------------------

    def _prepare_request_vals(self, document):
        company = document._approval_company()
        return {
            "res_model": document._name,
            "res_id": document.id,
            "title": document._approval_title(),
            "currency_id": company.currency_id.id,
            "company_id": company.id,
            "requester_id": self.env.uid,
        }

    def _prepare_submit_vals(self, document, steps, amount, slots):
        """What is frozen at submit."""
        requester = self.env.user
        partner = document.partner_id if "partner_id" in document._fields else None
        return {
            "state": "pending",
            "title": document._approval_title(),
            "partner_name": partner.commercial_partner_id.name or partner.name if partner else False,
            "amount": amount,
            "requester_id": requester.id,
            "own_user_ids": [fields.Command.set((requester | document._approval_own_users()).ids)],
            "superior_ids": [fields.Command.set(requester._merchant_superiors().ids)],
            "policy_id": steps.policy_id.id,
            "policy_version": steps.policy_id._current_version(),
            "measures": self._measured(document, steps, amount),
            "copies": {
                str(number): slot["step"].copy_user_ids.ids
                for number, slot in enumerate(slots, start=1)
                if slot["step"].copy_user_ids
            },
            "round": self.round + 1,
            "step_no": 1,
            "beat": self.beat + 1,
            **self._prepare_frozen_vals(document),
            "submitted_at": fields.Datetime.now(),
            "closed_at": False,
            "reason": False,
        }

    def _prepare_frozen_vals(self, document):
        """The values of ``document`` as they are now, in the language of its company."""
        text = document._approval_judged_text()
        lang = document._approval_company()._approval_lang()
        return {
            "own_amount": document._approval_own_amount(),
            "judged_text": text,
            "fingerprint": chain_hash("", text),
            "snapshot": document.with_context(lang=lang)._approval_snapshot(),
        }

    def _on_submit(self, jobs):
        """Freezes any number of papers; what can be written for all of them at once is.

        :param jobs: list of dicts ``document``, ``steps``, ``amount`` and, where people were chosen, ``choices``
        :return: the requests, in the order of ``jobs``
        """
        known = {}
        prepared = []
        for job in jobs:
            document = job["document"].sudo()
            slots = job["steps"]._resolve(document, self.env.user, job.get("choices"), known)
            prepared.append((document, slots, job))
        requests = self._freeze_values(prepared)
        rows, tasks = [], []
        for request, (document, slots, _job) in zip(requests, prepared, strict=True):
            if document.approval_fingerprint != request.fingerprint:
                # rows older than this addon have an empty column
                self.env.add_to_compute(document._fields["approval_fingerprint"], document)
            request._point_document(document)
            kept = request._kept_decisions(slots)
            tasks += request._prepare_tasks_vals(slots, kept)
            rows.append((request, {"event": "submit", "reason": request._merged_text(slots)}))
            rows += [(request, row) for row in request._covered_rows(slots) + request._kept_rows(slots, kept)]
        self._create_tasks(tasks)
        documents = prepared[0][0].union(*(document for document, _slots, _job in prepared))
        documents._on_submitted(requests)
        self._append_rows(rows)
        requests._advance()
        return requests

    def _freeze_values(self, prepared):
        """The requests of these papers: those that were withdrawn are taken up again, the others are new."""
        taken, fresh = {}, []
        for number, (document, slots, job) in enumerate(prepared):
            request = document.approval_request_id.filtered(lambda current: current.state == "draft")
            vals = request._prepare_submit_vals(document, job["steps"], job["amount"], slots)
            if request:
                request.write(vals)
                taken[number] = request
            else:
                fresh.append({**self._prepare_request_vals(document), **vals})
        # the ledger says who submitted; a message and a follower besides would say nothing more
        made = iter(self.with_context(tracking_disable=True).create(fresh).with_env(self.env))
        return self.union(*(taken.get(number) or next(made) for number in range(len(prepared))))

    def _point_document(self, document):
        """Door of the paper's one guarded column; its state follows by itself."""
        document._through_door("approval_request_id").write({"approval_request_id": self.id})

    def _prepare_tasks_vals(self, slots, kept):
        """One row for each signature, those of later steps waiting; one for each that a higher step covers, or that
        still stands (``kept``, see ``_kept_decisions``)."""
        vals_list = []
        conditions = self.policy_id._conditions()
        for number, slot in enumerate(slots, start=1):
            step = {
                **self._prepare_step_vals(slot["step"]),
                "step_no": number,
                "needed": slot["needed"],
                "reasons": slot["step"]._reasons(conditions),
            }
            for turn, signer in enumerate(slot["people"], start=1):
                vals_list.append(
                    {
                        **self._prepare_task_vals(signer.user, signer.user),
                        **step,
                        "turn": turn,
                        "right_kind": self._right_kind(signer.kind),
                        **(
                            self._prepare_kept_vals(kept[step["step_ref"], signer.user])
                            if (step["step_ref"], signer.user) in kept
                            else {}
                        ),
                    }
                )
            for user in slot["covered"]:
                vals_list.append(
                    {
                        **self._prepare_task_vals(user, user),
                        **step,
                        "right_kind": self._right_kind(slot["covered_kinds"][user]),
                        "state": "covered",
                        "comment": self._covering_text(slots, slot, user),
                    }
                )
        return vals_list

    def _right_kind(self, kind):
        return RIGHT_OF_SOURCE.get(kind, kind)

    def _prepare_step_vals(self, step):
        """What a task keeps of its step."""
        return {
            "step_ref": step.id,
            "step_name": step._name_in(self.company_id._approval_lang()),
            "mode": step.mode,
            "one_rejects": step.one_rejects,
            "right_group_id": step.group_id.id,
            "limit_number": step.limit_number,
            "limit_unit": step.limit_unit,
            "superior_number": step.superior_number,
            "superior_unit": step.superior_unit,
            "comment_required": step.comment_required,
            "identity_above": step.identity_above,
            "hide_margin": step.hide_margin,
            "edit_paths": step._edit_paths(),
        }

    def _covering_text(self, slots, slot, user):
        lang = self.company_id._approval_lang()
        higher = [each["step"]._name_in(lang) for each in slots if user in [signer.user for signer in each["people"]]]
        return self.env._("%(name)s decides once, at %(step)s.", name=user.name, step=higher[-1] if higher else "")

    def _covered_rows(self, slots):
        return [
            {
                "event": "cover",
                "step_name": slot["step"]._name_in(self.company_id._approval_lang()),
                "reason": self._covering_text(slots, slot, user),
                **self._target(user),
            }
            for slot in slots
            for user in slot["covered"]
        ]

    def _create_tasks(self, vals_list):
        return self.env["crm.approval.task"].sudo().with_context(tracking_disable=True).create(vals_list)

    def _prepare_task_vals(self, principal, user):
        return {
            "request_id": self.id,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "title": self.title,
            "partner_name": self.partner_name,
            # before the amount, which is rounded by it
            "currency_id": self.currency_id.id,
            "amount": self.amount,
            "requester_id": self.requester_id.id,
            "company_id": self.company_id.id,
            "round": self.round,
            "principal_id": principal.id,
            "user_id": user.id,
            "fingerprint": self.fingerprint,
        }

    def _merged_text(self, slots):
        merged = [
            self.env._(
                "Step %(merged)s is signed along with %(step)s: the same person.",
                merged=step.name,
                step=slot["step"].name,
            )
            for slot in slots
            for step in slot["merged"]
        ]
        return "\n".join(merged)
