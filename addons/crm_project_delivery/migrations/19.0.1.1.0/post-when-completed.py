"""When contracts of older databases were completed: the days after the last deal count from then."""


def migrate(cr, version):
    """By the last change of state in the chatter, which is the one to “completed”, since that is the state; where the
    chatter tells none, the later of the last write and the last acceptance: nobody loses a customer too early.
    """
    cr.execute(
        """
        UPDATE crm_contract c
           SET completed_at = COALESCE(
                   (SELECT max(m.date)
                      FROM mail_tracking_value t
                      JOIN mail_message m ON m.id = t.mail_message_id
                      JOIN ir_model_fields f ON f.id = t.field_id
                     WHERE f.model = 'crm.contract' AND f.name = 'state'
                       AND m.model = 'crm.contract' AND m.res_id = c.id),
                   GREATEST(c.write_date,
                            (SELECT max(p.delivery_accepted_date)::timestamp FROM project_milestone p
                              WHERE p.delivery_contract_id = c.id)))
         WHERE c.state = 'completed' AND c.completed_at IS NULL
        """
    )
