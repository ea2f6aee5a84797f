"""What every page behind a secret link has in common."""

import logging
import re

#: the greatest id PostgreSQL's integer holds; a longer number opens nothing
MAX_ID = 2**31 - 1
PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    # The link is the key: neither search engines nor other sites may learn it.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
#: as any private page, where a page of stock frames itself and sends a referrer
SAME_SITE_HEADERS = {
    **PRIVATE_HEADERS,
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
}
#: neither another base for its links nor plug-ins, whatever is written into a page
PAGE_POLICY = ("base-uri 'self'", "object-src 'none'")
OURS = "odoo.addons.legal_"
SECRETS = re.compile(
    # the keys in a path and in a query; then whatever part of a path looks like one
    r"(/legal/time/\d+/|/legal/review/|/legal/client/\d+/|/f/"
    r"|[?&](?:access_token|payment_token|token|key|csrf_token)=)[^/?&\s\"']+"
    r"|(?<=/)(?=[\w=-]*[0-9A-Z])[\w=-]{24,}(?=[/?\s\"']|$)"
)


def _hide(found):
    return f"{found[1] or ''}***"


class HideKeys(logging.Filter):
    """Keep the keys of links out of the log of requests.

    >>> record = logging.LogRecord("", 20, "", 0, "GET /my/x?access_token=k1", (), None)
    >>> HideKeys().filter(record), record.getMessage()
    (True, 'GET /my/x?access_token=***')
    """

    def filter(self, record):
        message = record.getMessage()
        if SECRETS.search(message):
            record.msg = SECRETS.sub(_hide, message)
            record.args = ()
        return True


# The lines of requests, and the warnings on them that name their path.
for name in ("werkzeug", "odoo.http"):
    logging.getLogger(name).addFilter(HideKeys())


def get_owners(endpoint):
    """Return the modules that define an endpoint, the one that answers first."""
    method = getattr(endpoint, "func", endpoint)
    controller = getattr(method, "__self__", None)
    if controller is None:
        return [getattr(method, "__module__", "")]
    return [
        cls.__module__
        for cls in type(controller).__mro__
        if method.__name__ in vars(cls)
    ]


def get_headers(endpoint):
    """Return the headers an answer of ours has at least; none for others' routes.

    A route that we only extend goes on framing itself, as stock's page does.
    """
    owners = get_owners(endpoint)
    if not any(owner.startswith(OURS) for owner in owners):
        return {}
    if all(owner.startswith(OURS) for owner in owners):
        return PRIVATE_HEADERS
    return SAME_SITE_HEADERS


def protect(response, headers):
    """Add to an answer what its controller did not set itself."""
    own_frames = "frame-ancestors" in response.headers.get(
        "Content-Security-Policy", ""
    )
    for name, value in headers.items():
        if name == "X-Frame-Options" and own_frames:
            continue  # who may frame it is said there already
        response.headers.setdefault(name, value)
    policy = response.headers.get("Content-Security-Policy", "")
    if (response.mimetype or "") == "text/html":
        known = {rule.split()[0] for rule in policy.split(";") if rule.strip()}
        missing = [rule for rule in PAGE_POLICY if rule.split()[0] not in known]
        response.headers["Content-Security-Policy"] = "; ".join(
            [rule for rule in (policy.strip("; "),) if rule] + missing
        )
