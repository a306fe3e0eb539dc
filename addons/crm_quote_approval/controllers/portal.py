from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route

from odoo.addons.sale.controllers.portal import PaymentPortal


class ApprovalPaymentPortal(PaymentPortal):
    @route()
    def portal_order_transaction(self, order_id, access_token, **kwargs):
        """No payment is begun for a quote that is not in effect; Odoo's own route does not ask."""
        try:
            order_sudo = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            # Odoo's route says it in its words
            order_sudo = None
        if order_sudo and order_sudo._approval_blocked():
            raise ValidationError(order_sudo.with_env(request.env)._approval_customer_text())
        return super().portal_order_transaction(order_id, access_token, **kwargs)
