from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AccountAnalyticLine(models.Model):
    """Who bills an hour: the sales order it is tied to, else its matter.

    Everything that sale_timesheet delivers or invoices is found by ``so_line``;
    everything that a pre-bill takes has none. So one field decides, and no hour
    is billed by both.
    """

    _inherit = "account.analytic.line"

    billing_status = fields.Selection(
        selection_add=[("sold", "Billed by a Sales Order")],
        ondelete={"sold": "set not_billable"},
    )
    is_sold = fields.Boolean(
        "Kept by its Sales Order",
        readonly=True,
        copy=False,
        help="Invoiced by the order, or sold within a price, before its project "
        "became a matter.",
    )

    @api.depends("so_line")
    def _compute_billing_status(self):
        res = super()._compute_billing_status()
        sold = self.filtered(lambda line: line._is_time_entry() and line.so_line)
        sold.billing_status = "sold"
        return res

    def _compute_is_billable(self):
        res = super()._compute_is_billable()
        self.filtered(lambda line: line._stays_sold()).is_billable = False
        return res

    def _compute_so_line(self):
        """Work on a matter is never sold by an order; what was sold stays so."""
        entries = self.filtered(lambda line: line._is_time_entry())
        for entry in entries:
            entry.so_line = entry._stays_sold() and entry.so_line
        return super(AccountAnalyticLine, self - entries)._compute_so_line()

    def _timesheet_determine_sale_line(self):
        return not self._is_time_entry() and super()._timesheet_determine_sale_line()

    def _is_updatable_timesheet(self):
        return not self._is_time_entry() and super()._is_updatable_timesheet()

    def _stays_sold(self):
        """Tell whether an order kept this hour when its project became a matter."""
        self.ensure_one()
        return bool(self._is_time_entry() and self.is_sold and self.so_line)

    def _is_billed_by_order(self):
        """Tell whether an order bills this hour: on an invoice, or in a price."""
        self.ensure_one()
        # sudo: a lawyer sees no orders, but what they sold is not his to bill
        line_sudo = self.so_line.sudo()
        in_price = not line_sudo.product_id._is_delivered_timesheet()
        return bool(line_sudo) and (in_price or not self.sudo()._is_not_billed())

    def _legal_leave_sales_orders(self):
        """Part the time of a project that becomes a matter, once and for all.

        What its order invoiced, or sold within a price, stays with the order, a
        later credit note or not; the rest leaves the order.
        """
        sold = self.filtered("so_line").filtered(
            lambda line: line._is_billed_by_order()
        )
        sold.is_sold = True
        (self - sold).write({"so_line": False, "is_so_line_edited": False})
        self._compute_is_billable()

    @api.constrains("so_line")
    def _check_matter_bills_its_time(self):
        for entry in self:
            if entry._is_time_entry() and entry.so_line and not entry.is_sold:
                raise ValidationError(
                    self.env._(
                        "The entry of %(person)s on %(matter)s on %(day)s is billed by"
                        " its matter: leave its sales order item empty, or record the"
                        " time on the project of the order.",
                        **entry._entry_words(),
                    )
                )
