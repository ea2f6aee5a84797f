from odoo.exceptions import AccessError
from odoo.http import Controller, content_disposition, request, route
from odoo.tools.pdf import merge_pdf

from odoo.addons.legal_timesheet.controllers.private_page import MAX_ID


class DunningPrint(Controller):
    @route("/legal/dunning/<int:action_id>/print", type="http", auth="user")
    def print_with_enclosures(self, action_id):
        """Return a letter and what it encloses as one file, ready to be printed.

        The reader's own rights decide on each file: an agreement behind a wall is
        printed by those who may see its matter.
        """
        Action = request.env["legal.dunning.action"]
        action = Action.browse(action_id if action_id <= MAX_ID else 0).exists()
        try:
            action.check_access("read")
            files = action.attachment_id + action.enclosure_ids
            files.check_access("read")
        except AccessError:
            return request.not_found()
        if not action.attachment_id:
            return request.not_found()
        pages = [file.raw for file in files if file.mimetype == "application/pdf"]
        content = merge_pdf(pages)
        name = action.sudo()._get_letter_filename()
        return request.make_response(
            content,
            [
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
