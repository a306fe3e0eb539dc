from collections import namedtuple

from odoo import models
from odoo.exceptions import UserError

# who signs, and by what right: a kind of ``crm.approval.task.right_kind``
Signer = namedtuple("Signer", "user kind")


class ApprovalPolicyStep(models.Model):
    """Whom a step means, for one paper."""

    _inherit = "crm.approval.policy.step"

    def _members(self, company):
        """Everybody in the company who has a role of these steps (superuser)."""
        groups = self.group_id
        if not groups:
            return self.env["res.users"].sudo()
        return (
            self.env["res.users"]
            .sudo()
            .search_fetch(
                [("all_group_ids", "in", groups.ids), ("company_ids", "in", company.ids), ("share", "=", False)],
                # those who sign are among them: looked at next
                ["active", "share", "partner_id", "login", "company_id"],
                order="id",
            )
        )

    def _candidates(self, scene, choices=None):
        """The signers of this step for the paper of ``scene``, in signing order.

        Who wrote the paper, and who has left, is replaced by his superior, at the top by the flow administrator. A
        step that means nobody goes to the flow administrator as well. Only where there is none either it is empty.

        :param scene: dict ``document``, ``company``, ``requester``, ``own``, ``members``
        :param choices: people that the requester chose for this step
        """
        self.ensure_one()
        if self.source == "group":
            signers = self._role_signers(scene)
        else:
            meant = getattr(self, f"_people_{self.source}")(scene, choices)
            signers = [self._present(user, scene, self.source) for user in meant]
        found = {}
        for signer in signers or [self._administrator(scene)]:
            if signer:
                found.setdefault(signer.user, signer)
        return list(found.values())

    def _present(self, user, scene, kind):
        """``user`` himself, or who stands in for him when it is his own paper or he is not here any more."""
        user = user.sudo()
        if user not in scene["own"] and user._approval_can_sign(scene["company"]):
            return Signer(user, kind)
        return self._stand_in(user, scene)

    def _stand_in(self, user, scene, barred=None):
        """His nearest superior who may sign the paper, else the flow administrator; None where there is nobody."""
        barred = scene["own"] | (barred if barred is not None else user.browse())
        chain = user.with_context(active_test=False)._merchant_superiors().with_context(active_test=True).sudo()
        nearest = (chain - barred - user).filtered(lambda superior: superior._approval_can_sign(scene["company"]))[:1]
        return Signer(nearest, "stand_in") if nearest else self._administrator(scene, barred | user)

    def _administrator(self, scene, barred=None):
        barred = barred if barred is not None else scene["own"]
        people = self.env["res.users"]._approval_flow_administrators(scene["company"]) - barred
        return Signer(people[:1], "admin") if people else None

    # -- a role ------------------------------------------------------------------------------------------

    def _role_signers(self, scene):
        own, company = scene["own"], scene["company"]
        everybody = scene["members"].filtered(lambda user: self.group_id.id in user._get_group_ids())
        holders = everybody - own
        if self.superiors_first:
            chain = self._superiors_of(scene["requester"], own, company)
            nearest = (chain & holders)[:1]
            if nearest:
                return [Signer(nearest, "group")]
            if chain and everybody & own:
                # who would sign wrote the paper himself: the next superior stands in
                return [Signer(chain[:1], "group" if chain[:1] in holders else "superior")]
        if not holders and everybody & own:
            return [self._stand_in((everybody & own)[:1], scene)]
        return [Signer(user, "group") for user in holders]

    # -- superiors -----------------------------------------------------------------------------------------

    def _superiors_of(self, requester, own, company):
        chain = requester.sudo()._merchant_superiors().sudo() - own
        return chain.filtered(lambda user: user._approval_can_sign(company))

    def _people_superior(self, scene, _choices):
        return self._superiors_of(scene["requester"], scene["own"], scene["company"])[: self.superior_level]

    def _people_nth_superior(self, scene, _choices):
        """Superior number n; where the chain is shorter, its top."""
        chain = self._superiors_of(scene["requester"], scene["own"], scene["company"])
        return chain[: self.superior_level][-1:]

    def _people_superior_chain(self, scene, _choices):
        """Superiors one by one up to the first who has the role; up to the top where none of them has it."""
        found = self.env["res.users"].sudo()
        for user in self._superiors_of(scene["requester"], scene["own"], scene["company"]):
            found |= user
            if self.group_id.id in user._get_group_ids():
                break
        return found

    # -- people whom the paper names -----------------------------------------------------------------------

    def _people_region(self, scene, _choices):
        return scene["document"]._approval_region_managers().sudo()

    def _people_leader(self, scene, _choices):
        return scene["document"]._approval_team_leader().sudo()

    def _people_user(self, _scene, _choices):
        return self.with_context(active_test=False).user_ids.sudo().with_context(active_test=True)

    def _people_field(self, scene, _choices):
        return scene["document"][self.field_id.sudo().name].sudo()

    # -- the requester's choice ----------------------------------------------------------------------------

    def _people_choice(self, scene, choices):
        allowed = self._choosable(scene)
        if not choices:
            raise UserError(self.env._("Choose who signs step %(step)s.", step=self.name))
        wrong = choices - allowed
        if wrong:
            raise UserError(
                self.env._(
                    "%(names)s cannot be chosen for step %(step)s.",
                    names=", ".join(wrong.mapped("name")),
                    step=self.name,
                )
            )
        return choices

    def _choosable(self, scene):
        """Whom the requester may choose for this step."""
        holders = scene["members"].filtered(lambda user: self.group_id.id in user._get_group_ids())
        people = (self.user_ids.sudo() | holders) - scene["own"]
        return people.filtered(lambda user: user._approval_can_sign(scene["company"]))

    def _scene(self, document, requester, known=None):
        """What the people of these steps are looked up in."""
        company = document._approval_company()
        known = {} if known is None else known
        key = (self.group_id, company)
        if key not in known:
            known[key] = self._members(company)
        return {
            "document": document,
            "company": company,
            "requester": requester,
            "own": (requester | document._approval_own_users()).sudo(),
            "members": known[key],
        }
