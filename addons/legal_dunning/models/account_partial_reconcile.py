from odoo import models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    # What was matched after a day: the aged balance looks back by it.
    _max_date_idx = models.Index("(max_date)")
