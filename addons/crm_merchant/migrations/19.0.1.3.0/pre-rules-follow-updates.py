"""Record rules of the suite are written anew by every update from now on; older databases have them marked otherwise."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE ir_model_data SET noupdate = FALSE
         WHERE model = 'ir.rule' AND noupdate
           AND module IN ('crm_merchant', 'crm_quote_approval', 'crm_project_delivery', 'crm_service_ticket',
                          'crm_finance_bridge')
        """
    )
