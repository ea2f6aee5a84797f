from odoo.http import Controller, content_disposition, request, route
from odoo.tools.pdf import merge_pdf


class DunningPrint(Controller):
    @route("/legal/dunning/<int:action_id>/print", type="http", auth="user")
    def print_with_enclosures(self, action_id):
        """Return a letter and what it encloses as one file, ready to be printed.

        The reader's own rights decide on each file: an agreement behind a wall is
        printed by those who may see its matter.
        """
        action = request.env["legal.dunning.action"].browse(action_id).exists()
        action.check_access("read")
        if not action.attachment_id:
            return request.not_found()
        files = action.attachment_id + action.enclosure_ids
        files.check_access("read")
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
