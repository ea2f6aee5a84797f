from odoo.exceptions import AccessError
from odoo.http import Controller, content_disposition, request, route

from odoo.addons.legal_timesheet.controllers.private_page import (
    MAX_ID,
    PRIVATE_HEADERS,
)


class EreportingFile(Controller):
    """The file of a period of e-reporting, for those who may read the report."""

    @route("/legal/ereporting/<int:report_id>.csv", type="http", auth="user")
    def download(self, report_id):
        if report_id > MAX_ID:
            return request.not_found()
        report = request.env["legal.ereporting"].browse(report_id).exists()
        try:
            report.check_access("read")
        except AccessError:
            return request.not_found()
        if not report:
            return request.not_found()
        name, raw = report._get_csv()
        return request.make_response(
            raw,
            headers={
                **PRIVATE_HEADERS,
                "Content-Type": "text/csv; charset=utf-8",
                "Content-Disposition": content_disposition(name),
            }.items(),
        )
