MODEL = "legal_portal_limit"


def migrate(cr, version):
    """Take over the counter of tries from the addon above; its table stays."""
    cr.execute(
        """
        UPDATE ir_model_data
           SET module = 'legal_timesheet'
         WHERE module = 'legal_dunning'
           AND (name = %s OR name = %s OR name LIKE %s OR name LIKE %s)
        """,
        (
            f"model_{MODEL}",
            f"access_{MODEL}_system",
            f"field_{MODEL}\\_\\_%",
            f"constraint_{MODEL}\\_%",
        ),
    )
    cr.execute(
        """
        UPDATE ir_model_constraint
           SET module = owner.id
          FROM ir_module_module AS owner, ir_module_module AS former, ir_model AS model
         WHERE owner.name = 'legal_timesheet'
           AND former.name = 'legal_dunning'
           AND model.model = 'legal.portal.limit'
           AND ir_model_constraint.module = former.id
           AND ir_model_constraint.model = model.id
        """
    )
