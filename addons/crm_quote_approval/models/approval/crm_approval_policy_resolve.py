from odoo import models
from odoo.exceptions import UserError


class ApprovalPolicyStep(models.Model):
    """Who exactly signs: people are found once, when a request is submitted, and never again from the policy."""

    _inherit = "crm.approval.policy.step"

    def _resolve(self, document, requester):
        """The signers of these steps for one paper.

        Nobody signs his own paper, and nobody signs two steps. A step that then finds nobody stops the submit: no
        step is ever passed for want of an approver.

        :param document: the paper (superuser)
        :param requester: ``res.users``
        :return: list of dicts ``step``, ``people`` (list of ``res.users`` in signing order), ``merged`` (steps that
            are signed along with this one)
        :raises UserError: naming the step that finds nobody and who can mend it
        """
        company = document._approval_company()
        own = requester | document._approval_own_users()
        members = self._members(company)
        slots = []
        for step in self:
            people = step._candidates(members, company, requester, own)
            slots.append({"step": step, "people": list(people), "merged": self.browse()})
        self._spread(slots)
        for slot in slots:
            if not slot["people"]:
                slot["step"]._raise_nobody(company)
        return [slot for slot in slots if not slot.get("dropped")]

    def _members(self, company):
        """Everybody in the company who has a role of these steps (superuser)."""
        groups = self.group_id
        if not groups:
            return self.env["res.users"].sudo()
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [("all_group_ids", "in", groups.ids), ("company_ids", "in", company.ids), ("share", "=", False)],
                order="id",
            )
        )

    def _candidates(self, members, company, requester, own):
        self.ensure_one()
        chain = self.env["res.users"].sudo()
        if self.source == "superior" or self.superiors_first:
            chain = (requester.sudo()._merchant_superiors().sudo() - own).filtered(
                lambda user: user._approval_can_sign(company)
            )
        if self.source == "superior":
            return chain[: self.superior_level]
        if self.source == "user":
            return self.user_ids.sudo().filtered(lambda user: user._approval_can_sign(company)) - own
        holders = members.filtered(lambda user: self.group_id.id in user._get_group_ids()) - own
        if self.superiors_first:
            nearest = (chain & holders)[:1]
            if not nearest and any(self.group_id.id in user._get_group_ids() for user in own.sudo()):
                # who would sign wrote the paper himself: the next superior stands in
                nearest = chain[:1]
            return nearest or holders
        return holders

    def _spread(self, slots):
        """Sees to it that nobody stands on two steps.

        Who is the only one for a step is taken off the steps where anybody of several signs. Two steps that both
        depend on the same person are merged when they are neighbours and the policy says so, otherwise the later one
        finds nobody.
        """
        changed = True
        while changed:
            changed = False
            for index, slot in enumerate(slots):
                if slot.get("dropped") or not self._is_fixed(slot):
                    continue
                for other_index, other in enumerate(slots):
                    if other is slot or other.get("dropped"):
                        continue
                    shared = [user for user in other["people"] if user in slot["people"]]
                    if not shared or (self._is_fixed(other) and other_index < index):
                        continue
                    rest = [user for user in other["people"] if user not in shared]
                    if not rest and slot["step"].policy_id.merge_adjacent and self._adjacent(slots, index, other_index):
                        other["dropped"] = True
                        slot["merged"] |= other["step"]
                    else:
                        other["people"] = rest
                    changed = True

    @staticmethod
    def _is_fixed(slot):
        return len(slot["people"]) == 1 or (slot["people"] and slot["step"].mode != "any")

    @staticmethod
    def _adjacent(slots, index, other_index):
        low, high = sorted((index, other_index))
        return all(slot.get("dropped") for slot in slots[low + 1 : high])

    def _raise_nobody(self, company):
        who = {
            "group": self.env._(
                "Give the role %(role)s to somebody else in %(company)s",
                company=company.name,
                role=self.group_id.sudo().name or "",
            ),
            "superior": self.env._("Enter the requester's manager on his employee card"),
            "user": self.env._("Name other people in the step"),
        }[self.source]
        raise UserError(
            self.env._(
                "Step %(step)s finds nobody who may sign this paper, so it was not submitted. %(remedy)s; a suite "
                "administrator can do it.",
                step=self.name,
                remedy=who,
            )
        )
