from odoo.http import route


def private_route(paths, methods=("GET",), auth="public", **routing):
    """Declare a page that a secret link, or a sign-in, opens.

    It has no language in its address, which is its reader's, and is in no map of the
    site. Where one posts behind a link, ``csrf=False`` is said with its reason: the
    key is what another site could not forge, from any mailbox and without cookies.
    """
    return route(
        paths,
        type="http",
        auth=auth,
        methods=list(methods),
        website=True,
        multilang=False,
        sitemap=False,
        **routing,
    )
