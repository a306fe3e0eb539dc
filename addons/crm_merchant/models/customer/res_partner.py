"""Customers in pools: companies, held and pooled by the same door as leads.

Contacts hide and change hands with their company; they carry no pool of their own. With a customer go the leads and
open opportunities that were in the same hands; what a colleague works on stays with him.
"""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["crm.pool.mixin", "res.partner"]

    # no default: users hand the defaults of their partner on, and a guarded field refuses them
    merchant_grade = fields.Selection(default=None)

    _pooled_idx = models.Index(
        "(pool_id, pool_since DESC, id DESC) INCLUDE (region_id) WHERE pool_state = 'pooled' AND active IS TRUE"
    )
    _pooled_since_idx = models.Index(
        "(pool_since DESC, id DESC) INCLUDE (pool_id) WHERE pool_state = 'pooled' AND active IS TRUE"
    )
    _held_idx = models.Index("(user_id) WHERE pool_state = 'owned'")
    _recycle_idx = models.Index("(recycle_deadline) WHERE pool_state = 'owned' AND active IS TRUE")
    _locked_idx = models.Index("(user_id) WHERE pool_locked")

    def _pool_customers(self):
        """Those of these partners that can lie in a pool: companies, neither our own nor contacts of another."""
        own = self.env["res.company"].sudo().search([("partner_id", "in", self.ids)]).partner_id
        return (self - own).filtered(
            lambda partner: partner.is_company and partner.commercial_partner_id == partner and partner.partner_share
        )

    @api.constrains("is_company", "parent_id")
    def _check_pooled_company(self):
        for partner in self.sudo():
            if partner.pool_state and partner.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._("“%(name)s” is a customer of a pool and stays a company of its own.", name=partner.name)
                )

    # -- the door ---------------------------------------------------------------------------------

    def _pool_find(self):
        customers = self.sudo()._pool_customers()
        nowhere = dict.fromkeys(self.ids, self.env["crm.pool"])
        return nowhere | super(ResPartner, customers)._pool_find()

    def _pool_homes(self, pool):
        homes = super()._pool_homes(pool)
        others = self.filtered(lambda partner: not partner.pool_id)
        others -= others._pool_customers()
        return homes | dict.fromkeys(others.ids, self.env["crm.pool"])

    def _pool_take_created(self):
        customers = self.filtered(lambda partner: partner.user_id and partner.is_company)
        return super(ResPartner, customers and customers._pool_customers())._pool_take_created()

    def _pool_moved(self, event):
        ungraded = self.filtered(lambda customer: not customer.merchant_grade)
        if ungraded:
            self.env["crm.pool"]._recycle_fill(ungraded)
        return super()._pool_moved(event)

    def _pool_subjects(self):
        """What is done about a contact is done about its company; partners that no pool holds have no clock."""
        return self.sudo().commercial_partner_id.filtered(lambda p: p.pool_state == "owned").with_env(self.env)

    def _pool_public_names(self):
        # the ledger is read by supervisors of other regions too
        return [
            (not partner.sudo().region_id.is_scoped and partner.name)
            or self.env._("Customer %(number)s", number=partner.id)
            for partner in self
        ]

    def _pool_take_along(self, event, user, owners, reason):
        """Contacts, leads and open opportunities that were in the hands of the former holder go the same way."""
        result = super()._pool_take_along(event, user, owners, reason)
        if event in ("create", "move"):
            return result
        contacts = (
            self.sudo()
            .with_context(active_test=False)
            .search([("commercial_partner_id", "in", self.ids), ("id", "not in", self.ids)])
        )
        followed = {contact.id: owners[contact.commercial_partner_id.id] for contact in contacts}
        contacts = contacts.filtered(
            lambda contact: contact.user_id != user
            and contact.user_id in (followed[contact.id], contact.user_id.browse())
        )
        if contacts:
            contacts.with_context(mail_notrack=True).write({"user_id": user.id})
        leads = (
            self.env["crm.lead"]
            .sudo()
            .search([("partner_id.commercial_partner_id", "in", self.ids), ("won_status", "=", "pending")])
        )
        home_of = {}
        for lead in leads:
            customer = lead.partner_id.commercial_partner_id
            former, home = owners[customer.id], customer.pool_id
            held_alike = lead.user_id == former and former != user and (former or lead.pool_state == "pooled")
            if held_alike and (user or not lead.company_id or lead.company_id == home.company_id):
                # what no pool ever took stays out of the pools in the hands of the next one
                home_of[lead.id] = home.browse() if user else home
        if home_of:
            taken = leads.browse(home_of)
            because = self.env._("Along with its customer")
            reason = f"{because}: {reason}" if reason else because
            taken._pool_move(event, {user: taken}, reason, pool=home_of)
        return result

    def _get_dropped_todos_domain(self, owners):
        """Those of the former holder: what the accountant wants of a customer goes on."""
        return super()._get_dropped_todos_domain(owners) & Domain(
            "user_id", "in", [user.id for user in owners.values() if user]
        )

    def _pool_mine_title(self):
        return self.env._("My Customers")

    def _pool_action_mine(self):
        action = super()._pool_action_mine()
        return {**action, "domain": [*action["domain"], ("is_company", "=", True)]}

    # -- caps ---------------------------------------------------------------------------------------

    def _pool_holding_limit_field(self):
        return "customer_limit"

    def _pool_holding_domain(self, user):
        """Customers who ordered do not count."""
        ordering = (
            self.sudo()
            .with_context(active_test=False)
            ._search(Domain("sale_order_ids", "any", self._get_deal_domain()))
        )
        dealt = Domain("id", "in", ordering.subselect("commercial_partner_id"))
        return super()._pool_holding_domain(user) & ~dealt

    # -- entering -----------------------------------------------------------------------------------

    @api.model
    def _pool_adopt_domain(self):
        """Companies that somebody looks after; who only sells to us is no customer."""
        vendor = Domain("supplier_rank", ">", 0) & Domain("customer_rank", "=", 0)
        held = Domain(
            [
                ("user_id.active", "=", True),
                ("user_id.share", "=", False),
                ("pool_state", "=", False),
                ("is_company", "=", True),
                ("parent_id", "=", False),
                ("partner_share", "=", True),
            ]
        )
        return held & ~vendor

    def action_pool_enter(self):
        """Puts customers under the rules of the pools of their regions: who has a salesperson is held by him, the
        others lie in the pool.

        :raises AccessError: for anyone but sales administrators
        :raises UserError: no pool takes one of them
        """
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("A sales administrator puts customers under the rules of the pools."))
        self.check_access("write")
        fresh = self.sudo().filtered(lambda partner: not partner.pool_state)
        homes = fresh._pool_find()
        for partner in fresh:
            if not homes[partner.id]:
                raise UserError(
                    self.env._(
                        "No pool takes “%(name)s”: it is no company, or no pool has its region.", name=partner.name
                    )
                )
        moves = [
            {"event": "assign" if user else "enter", "holders": {user: batch}, "pool": homes}
            for user, batch in fresh.grouped("user_id").items()
        ]
        self._pool_move_all(moves)
        return True

    @api.model
    def _merchant_tell_holders(self, got):
        """One message a person about the customers he has just been given: dict of user -> customers."""
        for user, customers in got.items():
            if user and user != self.env.user:
                speaker = self.with_context(lang=user.lang)
                subject = speaker.env._("%(count)s more customers are yours", count=len(customers))
                label = speaker.env._("Open my customers")
                self.env["mail.thread"].sudo().message_notify(
                    partner_ids=user.partner_id.ids,
                    subject=subject,
                    body=Markup('<p>%s</p><p><a href="/odoo/my-customers">%s</a></p>') % (subject, label),
                )
