from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.ticket.service_ticket_portal import MOST_BYTES, MOST_FILES


class TicketPortal(CustomerPortal):
    """The customer's tickets. Everything is read with his own rights or his link; what he does runs as superuser
    after these were checked."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "ticket_count" in counters:
            tickets = request.env["service.ticket"]
            values["ticket_count"] = tickets.search_count(self._ticket_domain()) if tickets.has_access("read") else 0
        return values

    def _ticket_domain(self):
        """Tickets on the list of the user, beside what his rights leave of them."""
        return [("commercial_partner_id", "=", request.env.user.partner_id.commercial_partner_id.id)]

    def _ticket_sortings(self):
        return {
            "date": {"label": request.env._("Newest"), "order": "id desc"},
            "priority": {"label": request.env._("Urgency"), "order": "priority, id desc"},
            "state": {"label": request.env._("State"), "order": "state, id desc"},
            "subject": {"label": request.env._("Subject"), "order": "subject, id desc"},
        }

    def _ticket_sudo(self, ticket_id, access_token):
        """The ticket as superuser for who may see it, else ``None``."""
        try:
            return self._document_check_access("service.ticket", ticket_id, access_token)
        except (AccessError, MissingError):
            return None

    def _ticket_author(self, ticket_sudo):
        """Who acts: the user, or with a link the customer it was sent to."""
        user = request.env.user
        return ticket_sudo.partner_id if user._is_public() else user.partner_id

    # -- reading ----------------------------------------------------------------------------

    @route(["/my/tickets", "/my/tickets/page/<int:page>"], type="http", auth="user", website=True, methods=["GET"])
    def portal_my_tickets(self, page=1, sortby=None, **kwargs):
        tickets = request.env["service.ticket"]
        if not tickets.has_access("read"):
            return request.redirect("/my")
        sortings = self._ticket_sortings()
        sortby = sortby if sortby in sortings else "date"
        domain = self._ticket_domain()
        pager = portal_pager(
            url="/my/tickets",
            url_args={"sortby": sortby},
            total=tickets.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = tickets.search(
            domain, order=sortings[sortby]["order"], limit=self._items_per_page, offset=pager["offset"]
        )
        request.session["my_tickets_history"] = found.ids[:100]
        values = {
            **self._prepare_portal_layout_values(),
            "tickets": found,
            "page_name": "tickets",
            "default_url": "/my/tickets",
            "pager": pager,
            "searchbar_sortings": sortings,
            "sortby": sortby,
        }
        return request.render("crm_service_ticket.portal_my_tickets", values)

    @route("/my/tickets/<int:ticket_id>", type="http", auth="public", website=True, methods=["GET"])
    def portal_my_ticket(self, ticket_id, access_token=None, problem=None, **kwargs):
        ticket_sudo = self._ticket_sudo(ticket_id, access_token)
        if not ticket_sudo:
            return request.redirect("/my")
        rating = ticket_sudo.rating_ids.filtered(
            lambda rating: rating.partner_id.commercial_partner_id == ticket_sudo.commercial_partner_id
        )[:1]
        values = self._get_page_view_values(
            ticket_sudo,
            access_token,
            {
                "page_name": "ticket",
                "ticket": ticket_sudo,
                "rating": rating,
                "can_reopen": ticket_sudo._can_reopen(),
                # who comes by link has no time zone of his own
                "timezone": request.env.user.tz or ticket_sudo.partner_id.tz
                or ticket_sudo.company_id.resource_calendar_id.tz,
                "problem": {"reopen": request.env._("This ticket was solved too long ago to be reopened. Please open a new one."),
                            "state": request.env._("Meanwhile somebody else moved this ticket on.")}.get(problem),
            },
            "my_tickets_history",
            False,
            **kwargs,
        )  # fmt: skip
        return request.render("crm_service_ticket.portal_my_ticket", values)

    # -- writing ----------------------------------------------------------------------------

    @route("/my/tickets/new", type="http", auth="user", website=True, methods=["GET", "POST"])
    def portal_ticket_new(self, **form):
        user = request.env.user
        # colleagues enter tickets in the service app, where they say whose they are
        if not user._is_portal():
            return request.redirect("/my")
        tickets = request.env["service.ticket"]
        problem = None
        if request.httprequest.method == "POST":
            try:
                ticket_sudo = tickets._portal_create(user.partner_id, self._ticket_form(form), self._ticket_files())
                return request.redirect(f"/my/tickets/{ticket_sudo.id}")
            except UserError as error:
                problem = error.args[0]
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "ticket_new",
            "assets": tickets._portal_assets(user.partner_id),
            "types": tickets._portal_types(request.env.company),
            "form": self._ticket_form(form),
            "problem": problem,
            "file_note": tickets._portal_file_note(),
        }
        return request.render("crm_service_ticket.portal_ticket_new", values)

    def _ticket_form(self, form):
        """What counts of the form: two texts and two choices."""

        def number(name):
            value = form.get(name) or ""
            return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else 0

        def text(name):
            value = form.get(name)
            return value if isinstance(value, str) else ""

        return {
            "subject": text("subject"),
            "description": text("description"),
            "type_id": number("type_id"),
            "asset_id": number("asset_id"),
        }

    def _ticket_files(self):
        """(name, content) of the uploaded files; one byte more than allowed is enough to refuse one."""
        files = request.httprequest.files.getlist("attachments")
        return [(file.filename, file.read(MOST_BYTES + 1)) for file in files[: MOST_FILES + 1] if file.filename]

    @route("/my/tickets/<int:ticket_id>/close", type="http", auth="public", website=True, methods=["POST"])
    def portal_ticket_close(self, ticket_id, access_token=None, **kwargs):
        return self._ticket_act(ticket_id, access_token, lambda ticket_sudo: ticket_sudo._portal_close(), "state")

    @route("/my/tickets/<int:ticket_id>/reopen", type="http", auth="public", website=True, methods=["POST"])
    def portal_ticket_reopen(self, ticket_id, access_token=None, words=None, **kwargs):
        return self._ticket_act(
            ticket_id,
            access_token,
            lambda ticket_sudo: ticket_sudo._portal_reopen(self._ticket_author(ticket_sudo), words),
            "reopen",
        )

    def _ticket_act(self, ticket_id, access_token, act, problem):
        ticket_sudo = self._ticket_sudo(ticket_id, access_token)
        # who only may read a ticket in the service app uses that app
        if not ticket_sudo or request.env.user._is_internal():
            return request.redirect("/my")
        query = f"access_token={access_token}" if access_token else ""
        try:
            act(ticket_sudo)
        except UserError:
            query = f"{query}&problem={problem}"
        return request.redirect(f"/my/tickets/{ticket_id}?{query}")
