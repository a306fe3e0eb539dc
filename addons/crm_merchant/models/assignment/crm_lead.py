from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from ..kernel.columns import filled, linked
from .planner import Planner


class CrmLead(models.Model):
    _inherit = "crm.lead"

    assignment_rule_id = fields.Many2one(
        "crm.assignment.rule",
        "Assigned by Rule",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="base.group_user",
        index="btree_not_null",
    )
    merchant_industry_id = fields.Many2one("res.partner.industry", "Industry", groups="base.group_user")
    merchant_product_line_id = fields.Many2one(
        "product.category", "Product Line", groups="base.group_user", tracking=True
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {"assignment_rule_id"}

    @api.model
    def _merchant_pools_on(self):
        """Whether the company works with pools or rules at all; if not, nothing is assigned and leads stay as stock
        Odoo leaves them."""
        return bool(
            self.env["crm.pool"].sudo().search_count([], limit=1)
            or self.env["crm.assignment.rule"].sudo().search_count([], limit=1)
        )

    def _get_assignment_rule_domain(self):
        """Domain of the rules that may take these leads: those of their companies; who has none, the current one."""
        companies = set(linked(self, "company_id"))
        return Domain("company_id", "in", [(company or self.env.company).id for company in companies])

    def _get_unassigned(self):
        """Those of these leads (superuser) that nobody holds and no pool has; archived ones are left alone."""
        return self.sudo()._pool_search_for_move(
            Domain("id", "in", self.ids) & Domain("user_id", "=", False) & Domain("pool_state", "=", False)
        )

    def _merchant_assign(self):
        """Gives unowned leads to people by the first rule that fits, the rest to the pool of their region.

        Works for any number of leads: a query a rule, a statement a person. The new holder follows his leads; each
        person is told once.

        :return: the leads that neither a rule nor a pool took (they stay unassigned)
        """
        leads = self._get_unassigned()
        if not leads or not self._merchant_pools_on():
            return leads
        homes = leads._pool_find()
        rules = self.env["crm.assignment.rule"].sudo().search(leads._get_assignment_rule_domain())
        # who has reached a limit is known only to him who counts alone
        rules.filtered(lambda rule: rule.strategy != "pool")._lock_turn()
        steps, left = Planner(rules, homes).plan(leads)
        moves = [self._prepare_assignment_move(step, homes) for step in steps]
        nobody = {self.env["res.users"]: left}
        moves.append({"event": "enter", "holders": nobody, "reason": self.env._("No rule takes it"), "pool": homes})
        leads._pool_move_all(moves)
        rules._keep_turns({step.rule.id: step.next_index for step in steps if step.rule.strategy != "pool"})
        self._assignment_notify(steps)
        return left - filled(left, "pool_state")

    @api.model
    def _prepare_assignment_move(self, step, homes):
        """The move that carries out what one rule takes, see ``_pool_move``."""
        rule = step.rule
        return {
            "event": "enter" if rule.strategy == "pool" else "assign",
            "holders": step.shares,
            "reason": self.env._("Rule “%(rule)s”", rule=rule.name),
            "pool": rule.pool_id or homes,
            "vals": rule._prepare_lead_vals(),
            "row_vals": rule._prepare_ledger_vals(),
        }

    # -- telling people ---------------------------------------------------------------------------

    @api.model
    def _assignment_notify(self, steps):
        """Tells each person once what the run gave him."""
        got = defaultdict(list)
        for step in steps:
            for user, leads in step.shares.items():
                got[user] += leads._ids
        self._merchant_tell_holders({user: self.browse(ids) for user, ids in got.items()})

    @api.model
    def _merchant_tell_holders(self, got):
        """One message a person about the leads he has just been given; messengers are added here.

        :param got: dict of user -> leads
        """
        # people of one language with the same number of leads get one message
        alike = defaultdict(lambda: self.env["res.users"])
        for user, leads in got.items():
            if user and user != self.env.user:
                alike[user.lang, len(leads), leads.id if len(leads) == 1 else 0] |= user
        for (language, count, lead_id), users in alike.items():
            speaker = self.with_context(lang=language)
            subject, body = speaker._prepare_assignment_notice(count, self.browse(lead_id))
            speaker.env["mail.thread"].sudo().message_notify(
                partner_ids=users.partner_id.ids, subject=subject, body=body
            )

    @api.model
    def _prepare_assignment_notice(self, count, lead):
        """Subject and body of the message about ``count`` new leads; ``lead`` if it is one."""
        if lead:
            subject = self.env._("A new lead is yours: %(name)s", name=lead.sudo().display_name)
            link, label = f"/odoo/crm.lead/{lead.id}", self.env._("Open the lead")
        else:
            subject = self.env._("%(count)s new leads are yours", count=count)
            link, label = "/odoo/my-new-leads", self.env._("Open my new leads")
        body = Markup('<p>%s</p><p><a href="%s">%s</a></p>') % (subject, link, label)
        return subject, body
