from odoo.http import Controller, request, route


class ShortLink(Controller):
    @route(
        "/f/<string:code>",
        type="http",
        auth="public",
        sitemap=False,
        legal_limit="lookup",
    )
    def open_invoice(self, code):
        """Lead from a text message to the page on which its invoice is paid.

        The code is as good as the link of an e-mail: it is drawn at random, long
        enough not to be guessed, and leads to that one invoice.
        """
        move = request.env["account.move"]._find_by_dunning_code(code)
        if not move:
            return request.not_found()
        return request.redirect(move._get_dunning_link(), local=False)
