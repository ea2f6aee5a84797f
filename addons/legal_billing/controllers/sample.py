from odoo.http import Controller, request, route

from odoo.addons.legal_timesheet.controllers.private_page import (
    MAX_ID,
    PRIVATE_HEADERS,
)

from ..models.account_move_design import DESIGNS
from ..report import renderer


class SampleInvoice(Controller):
    """An invented invoice in each design, for people of the firm."""

    @route(
        "/legal/sample/<int:company_id>/<string:design>.pdf",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def sample(self, company_id, design, **_kw):
        company = request.env.user.company_ids.filtered(lambda c: c.id == company_id)
        is_known = design in dict(DESIGNS) and company_id <= MAX_ID
        if (
            not company
            or not is_known
            or not request.env.user._is_internal()
            or not renderer.is_available()
        ):
            return request.not_found()
        return request.make_response(
            company._legal_render_sample(design),
            headers={
                **PRIVATE_HEADERS,
                "Content-Type": "application/pdf",
                "Content-Disposition": f'inline; filename="{design}.pdf"',
            }.items(),
        )
