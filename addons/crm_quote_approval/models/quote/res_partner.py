from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _approval_customer_grade(self):
        """Grade of the customer that the conditions of policies ask for: ``A``, ``B`` or ``C``.

        Neutral by default: the grade of the quote's opportunity counts then. An addon that grades customers, or a
        consultant's, gives its own here.
        """
        self.ensure_one()
        return False
