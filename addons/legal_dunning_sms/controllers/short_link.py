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
        """Lead from a text message to where its invoice is paid, as printed codes do.

        The code is drawn at random, long enough not to be guessed; it leads to the
        payer's page, whose link ends by itself, until links are revoked.
        """
        move = request.env["account.move"]._find_by_dunning_code(code)
        if not move:
            return request.not_found()
        return request.redirect(move._legal_get_code_url(), local=False)
