from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .service_ticket_type import PRIORITIES

OPEN_STATES = ("new", "assigned", "in_progress", "waiting_customer")
_INTERNAL = "base.group_user"


class ServiceTicket(models.Model):
    """A request of a customer, from the first word to the rating.

    Customers read their tickets in the portal, so every field that is not on their list carries ``groups``; they never
    write. Its state moves only through ``_ticket_transition``.
    """

    _name = "service.ticket"
    _inherit = ["portal.mixin", "rating.mixin", "mail.activity.mixin", "crm.watch.mixin"]
    _description = "Ticket"
    _order = "priority, id desc"
    _rec_name = "subject"
    _rec_names_search = ["name", "subject"]
    _check_company_auto = True
    _primary_email = "email_from"
    _mail_post_access = "read"
    _mail_thread_customer = True

    # what the customer sees
    name = fields.Char("Number", required=True, readonly=True, copy=False, index="trigram")
    subject = fields.Char(required=True, tracking=True, index="trigram")
    description = fields.Html()
    partner_id = fields.Many2one("res.partner", "Customer", check_company=True, tracking=True, index="btree_not_null")
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Company of the Customer", store=True,
        index="btree_not_null",
    )  # fmt: skip
    asset_id = fields.Many2one(
        "service.asset", "Equipment", check_company=True, tracking=True, index="btree_not_null", ondelete="restrict",
        domain="[('partner_id', '=', commercial_partner_id)]",
    )  # fmt: skip
    type_id = fields.Many2one("service.ticket.type", check_company=True, tracking=True, index=True)
    priority = fields.Selection(PRIORITIES, required=True, default="p2", tracking=True, index=True)
    user_id = fields.Many2one(
        "res.users", "Assigned To", copy=False, tracking=True, index="btree_not_null", check_company=True,
        domain=lambda self: [("all_group_ids", "in", self.env.ref("crm_service_ticket.group_ticket_reader").id)],
    )  # fmt: skip
    state = fields.Selection(
        [
            ("new", "New"),
            ("assigned", "Assigned"),
            ("in_progress", "In Progress"),
            ("waiting_customer", "Waiting for Customer"),
            ("solved", "Solved"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True, readonly=True, default="new", copy=False, index=True, tracking=True,
    )  # fmt: skip
    solution = fields.Text(readonly=True, copy=False)
    opened_at = fields.Datetime("Opened", readonly=True, copy=False, default=lambda self: self._default_opened_at())
    solved_at = fields.Datetime("Solved", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self._default_company_id()
    )
    # what stays in the house
    email_from = fields.Char("Sender's Mail", copy=False, groups=_INTERNAL)
    contract_id = fields.Many2one(related="asset_id.contract_id", store=True, index="btree_not_null", groups=_INTERNAL)
    region_id = fields.Many2one(
        related="commercial_partner_id.region_id", store=True, index="btree_not_null", groups=_INTERNAL
    )
    team_id = fields.Many2one("service.team", check_company=True, tracking=True, index=True, groups=_INTERNAL)
    channel = fields.Selection(
        [("portal", "Portal"), ("mail", "Mail"), ("phone", "Phone")], required=True, default="phone",
        groups=_INTERNAL,
    )  # fmt: skip
    responded_at = fields.Datetime("First Answer", readonly=True, copy=False, groups=_INTERNAL)
    closed_at = fields.Datetime("Closed", readonly=True, copy=False, groups=_INTERNAL)
    reopen_until = fields.Datetime("Can Be Reopened Until", readonly=True, copy=False, groups=_INTERNAL)
    reopen_count = fields.Integer("Reopened", readonly=True, copy=False, groups=_INTERNAL)
    customer_ticket_count = fields.Integer(compute="_compute_customer_ticket_count", groups=_INTERNAL)

    _name_uniq = models.UniqueIndex("(name, company_id)", "This ticket number is taken.")
    _user_open_idx = models.Index("(user_id) WHERE state IN ('new', 'assigned', 'in_progress', 'waiting_customer')")
    _reopen_until_idx = models.Index("(reopen_until) WHERE reopen_until IS NOT NULL")

    def _default_company_id(self):
        return self.env.company

    def _default_opened_at(self):
        return fields.Datetime.now()

    @api.depends("name", "subject")
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = f"{ticket.name} {ticket.subject}"

    @api.depends("commercial_partner_id")
    def _compute_customer_ticket_count(self):
        groups = self._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)], ["commercial_partner_id"], ["__count"]
        )
        counts = dict(groups)
        for ticket in self:
            ticket.customer_ticket_count = counts.get(ticket.commercial_partner_id, 0)

    @api.constrains("asset_id", "partner_id")
    def _check_asset(self):
        for ticket in self.sudo():
            if ticket.asset_id and ticket.asset_id.partner_id != ticket.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(asset)s belongs to %(owner)s, not to the customer of this ticket.",
                        asset=ticket.asset_id.display_name,
                        owner=ticket.asset_id.partner_id.name,
                    )
                )

    @api.onchange("asset_id")
    def _onchange_asset_id(self):
        if self.asset_id and not self.partner_id:
            self.partner_id = self.asset_id.site_partner_id or self.asset_id.partner_id

    @api.onchange("type_id")
    def _onchange_type_id(self):
        if self.type_id:
            self.priority = self.type_id.priority

    # -- guards -----------------------------------------------------------------------------

    def _guarded_fields(self):
        return super()._guarded_fields() | {
            "name", "state", "solution", "opened_at", "solved_at", "responded_at", "closed_at", "reopen_until",
            "reopen_count",
        }  # fmt: skip

    def _watched_fields(self):
        return {
            **super()._watched_fields(),
            "user_id": "_on_user_changed",
            "partner_id": "_on_partner_changed",
            "team_id": "_on_routing_changed",
            "type_id": "_on_routing_changed",
            "priority": "_on_routing_changed",
        }

    @api.model_create_multi
    def create(self, vals_list):
        records = self._guard_defaults()
        for vals in vals_list:
            records._guard_check({name for name in self._guarded_fields() & vals.keys() if vals[name]})
        prepared = [{**vals, **records._prepare_new_vals(vals)} for vals in vals_list]
        door = records._through_door(*self._guarded_fields())
        tickets = super(ServiceTicket, door).create(prepared).with_env(self.env)
        tickets._on_created()
        return tickets

    def write(self, vals):
        if not self._is_watched(vals):
            return super().write(vals)
        return self._watched_write(super().write, vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Tickets are not deleted. Cancel them instead."))

    def _prepare_new_vals(self, vals):
        """Values that a new ticket gets beside those it is made with."""
        company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
        added = {
            "name": self.env["ir.sequence"].sudo().with_company(company).next_by_code("service.ticket"),
            "company_id": company.id,
        }
        if vals.get("channel", "phone") == "phone":
            # somebody was on the phone
            added["responded_at"] = fields.Datetime.now()
        if not vals.get("priority") and vals.get("type_id"):
            added["priority"] = self.env["service.ticket.type"].sudo().browse(vals["type_id"]).priority
        return added

    # -- handlers ---------------------------------------------------------------------------

    def _on_created(self):
        """Runs once on new tickets: the customer follows, and somebody gets the ticket."""
        for ticket in self.sudo():
            if ticket.partner_id:
                ticket.message_subscribe(partner_ids=ticket.partner_id.ids)
        self._ticket_route()

    def _on_partner_changed(self, before):
        """The old customer loses sight of the ticket, and the links he has die."""
        for ticket in self.sudo():
            old = self.env["res.partner"].sudo().browse(before[ticket.id]["partner_id"].id)
            if old == ticket.partner_id:
                continue
            strangers = ticket.message_partner_ids.filtered(
                lambda partner, company=ticket.commercial_partner_id: partner.partner_share
                and partner.commercial_partner_id != company
            )
            ticket.message_unsubscribe(partner_ids=strangers.ids)
            if ticket.partner_id:
                ticket.message_subscribe(partner_ids=ticket.partner_id.ids)
            ticket.access_token = False

    def _on_routing_changed(self, before):
        """Runs after team, type or priority of running tickets changed."""
