from odoo import fields, models


class CrmPool(models.Model):
    """What members see of a record before they claim it; a phone or mail that is shown is masked all the same."""

    _inherit = "crm.pool"

    shows_company = fields.Boolean("Company Name", default=True, tracking=True)
    shows_contact = fields.Boolean("Contact", default=True, tracking=True)
    shows_phone = fields.Boolean("Phone, Masked", default=True, tracking=True)
    shows_mail = fields.Boolean("Mail, Masked", default=True, tracking=True)
    shows_region = fields.Boolean("Region", default=True, tracking=True)
    shows_state = fields.Boolean("Province", default=True, tracking=True)
    shows_city = fields.Boolean("City", default=True, tracking=True)
    shows_source = fields.Boolean("Source", default=True, tracking=True)
    shows_amount = fields.Boolean("Budget", default=True, tracking=True)
    shows_industry = fields.Boolean("Industry", default=True, tracking=True)
    shows_grade = fields.Boolean("Grade", default=True, tracking=True)

    _shows_enough = models.Constraint(
        """CHECK(shows_company::int + shows_contact::int + shows_phone::int + shows_region::int + shows_state::int
                 + shows_city::int + shows_source::int + shows_amount::int >= 2
             AND shows_company::int + shows_phone::int + shows_mail::int + shows_region::int + shows_state::int
                 + shows_city::int + shows_industry::int + shows_grade::int >= 2)""",
        "Members need at least two columns of leads and two of customers to choose by.",
    )
