from odoo import models
from odoo.exceptions import UserError


class ApprovalPolicyStep(models.Model):
    """Who exactly signs: people are found once, when a request is submitted, and never again from the policy."""

    _inherit = "crm.approval.policy.step"

    def _resolve(self, document, requester, choices=None, known=None):
        """The signers of these steps for one paper.

        Nobody signs his own paper, and nobody signs two steps: who is named on several decides once, at the highest,
        and the lower ones are recorded as covered; where he would sign as one of a role another member must act. No
        step is ever passed for want of an approver.

        :param document: the paper (superuser)
        :param requester: ``res.users``
        :param choices: dict step id -> ``res.users`` that the requester chose
        :param known: a dict that the caller keeps while he resolves many papers
        :return: list of dicts ``step``, ``people`` (list of ``Signer`` in signing order), ``needed`` (how many of
            them), ``covered`` (users who sign for this step at a higher one), ``covered_kinds`` (user -> kind of his right),
            ``merged`` (steps that are signed along)
        :raises UserError: naming the step that finds nobody and who can mend it
        """
        scene = self._scene(document, requester, known)
        slots = []
        for step in self:
            people = step._candidates(scene, (choices or {}).get(step.id))
            slots.append(
                {
                    "step": step,
                    "people": people,
                    "needed": step._needed(len(people)) if people[:1] and people[0].kind != "admin" else 1,
                    "covered": self.env["res.users"].sudo(),
                    "covered_kinds": {},
                    "merged": self.browse(),
                }
            )
        while self._settle_one(slots, scene):
            pass
        for slot in slots:
            if not slot.get("dropped"):
                slot["step"]._check_enough(slot, scene["company"])
        return [slot for slot in slots if not slot.get("dropped")]

    # -- nobody signs twice ----------------------------------------------------------------------------

    def _settle_one(self, slots, scene):
        """Takes one person who would sign two steps off one of them; False when there is none."""
        for index, slot in enumerate(slots):
            for signer in self._must_sign(slot):
                for other_index, other in enumerate(slots):
                    if other is slot:
                        continue
                    double = next((row for row in other["people"] if row.user == signer.user), None)
                    if double and self._settle(slots, index, signer, other_index, double, scene):
                        return True
        return False

    def _must_sign(self, slot):
        return slot["people"] if slot["people"] and slot["needed"] >= len(slot["people"]) else []

    def _settle(self, slots, index, signer, other_index, double, scene):
        """``signer`` has to sign the step at ``index`` and stands on that at ``other_index`` too."""
        other = slots[other_index]
        certain = double in self._must_sign(other)
        if double.kind == "group":
            if certain and (other_index < index or signer.kind != "group"):
                # the later of two roles looks for somebody else; a name below a role is covered by it
                return False
            self._another_member(slots, index, other_index, double, scene)
        elif other_index < index:
            self._cover(other, double)
        elif certain:
            # he decides at that higher step, which settles this lower one
            return False
        else:
            other["people"] = [row for row in other["people"] if row != double]
        return True

    def _cover(self, slot, double):
        """His signature at a higher step counts for this one."""
        slot["people"] = [row for row in slot["people"] if row != double]
        slot["needed"] -= 1
        slot["covered"] |= double.user
        slot["covered_kinds"][double.user] = double.kind
        if slot["needed"] <= 0:
            slot["people"] = []

    def _another_member(self, slots, index, other_index, double, scene):
        slot, other = slots[index], slots[other_index]
        rest = [row for row in other["people"] if row != double]
        if len(rest) < min(other["needed"], len(other["people"])) and other["step"].mode in ("any", "number"):
            if not rest and slot["step"].policy_id.merge_adjacent and self._adjacent(slots, index, other_index):
                other["dropped"] = True
                slot["merged"] |= other["step"]
            else:
                signing = scene["own"].browse().union(*(row.user for each in slots for row in each["people"]))
                stand_in = self._stand_in(double.user, scene, signing)
                rest += [stand_in] if stand_in else []
        elif other["step"].mode not in ("any", "number"):
            other["needed"] = other["step"]._needed(len(rest))
            if not rest:
                signing = scene["own"].browse().union(*(row.user for each in slots for row in each["people"]))
                stand_in = self._stand_in(double.user, scene, signing)
                rest, other["needed"] = ([stand_in] if stand_in else []), 1
        other["people"] = rest

    @staticmethod
    def _adjacent(slots, index, other_index):
        low, high = sorted((index, other_index))
        return all(slot.get("dropped") for slot in slots[low + 1 : high])

    # -- nobody there ------------------------------------------------------------------------------------

    def _check_enough(self, slot, company):
        if not slot["people"] and not slot["covered"]:
            raise UserError(
                self.env._(
                    "Step %(step)s finds nobody who may sign this paper, so it was not submitted. %(remedy)s; a suite "
                    "administrator can do it.",
                    step=self.name,
                    remedy=self._remedy(company),
                )
            )
        if len(slot["people"]) < slot["needed"]:
            raise UserError(
                self.env._(
                    "Step %(step)s asks for %(number)s signatures and finds %(count)s people, so it was not submitted. "
                    "%(remedy)s; a suite administrator can do it.",
                    step=self.name,
                    number=slot["needed"] + len(slot["covered"]),
                    count=len(slot["people"]) + len(slot["covered"]),
                    remedy=self._remedy(company),
                )
            )

    def _remedy(self, company):
        self.ensure_one()
        if self.source == "group" or (self.source == "choice" and self.group_id):
            return self.env._(
                "Give the role %(role)s to somebody else in %(company)s",
                company=company.name,
                role=self.group_id.sudo().name or "",
            )
        if self.source in ("superior", "nth_superior", "superior_chain"):
            return self.env._("Enter the requester's manager on his employee card")
        if self.source == "region":
            return self.env._("Enter the customer's region and its manager")
        if self.source == "leader":
            return self.env._("Enter the leader of the sales team")
        if self.source == "field":
            return self.env._("Fill the field %(name)s of the paper", name=self.field_id.sudo().field_description)
        return self.env._("Name other people in the step")
