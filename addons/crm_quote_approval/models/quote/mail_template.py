from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _generate_template_attachments(self, res_ids, render_fields, render_results=None):
        """A mail that carries the printed quote is a way of sending it.

        :raises UserError: for a quote that is not in effect
        """
        self.ensure_one()
        if self.model == "sale.order" and "report_template_ids" in render_fields and self.report_template_ids:
            self.env["sale.order"].browse(res_ids)._approval_sending_gate()
        return super()._generate_template_attachments(res_ids, render_fields, render_results=render_results)
