"""Which e-mail was written by a person, and which by a machine in his absence."""

#: what mail programs without RFC 3834 say of themselves
AUTOMATIC = ("x-autoreply", "x-autorespond", "x-auto-reply-from")
PRECEDENCES = ("auto_reply", "bulk", "junk")


def is_automatic(headers):
    """Tell whether nobody wrote this e-mail, by what it says of itself (RFC 3834).

    :param headers: pairs of name and value, as they came

    >>> is_automatic([("Subject", "Absent"), ("Auto-Submitted", "auto-replied")])
    True
    >>> is_automatic([("Auto-Submitted", "no")])
    False
    >>> is_automatic([("Precedence", "auto_reply")])
    True
    >>> is_automatic([("X-Autoreply", "yes")])
    True
    >>> is_automatic([("Subject", "Re: facture")])
    False
    """
    for name, value in headers:
        name, value = name.lower(), str(value).strip().lower()
        if name == "auto-submitted":
            # Comments and parameters may follow the word.
            if value.split(";")[0].split("(")[0].strip() != "no":
                return True
        elif name in AUTOMATIC:
            return True
        elif name == "precedence" and value in PRECEDENCES:
            return True
    return False
