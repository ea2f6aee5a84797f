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
SECRETS = re.compile(
    r"(/legal/time/\d+/|/legal/review/|/legal/client/\d+/|[?&]access_token=)"
    r"[^/?&\s\"]+"
)


class HideKeys(logging.Filter):
    """Keep the keys of links out of the log of requests.

    >>> record = logging.LogRecord("", 20, "", 0, "GET /my/x?access_token=k1", (), None)
    >>> HideKeys().filter(record), record.getMessage()
    (True, 'GET /my/x?access_token=***')
    """

    def filter(self, record):
        message = record.getMessage()
        if SECRETS.search(message):
            record.msg = SECRETS.sub(r"\1***", message)
            record.args = ()
        return True


logging.getLogger("werkzeug").addFilter(HideKeys())
