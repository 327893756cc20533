"""What counts as an e-mail address before any call is made."""

import re

MAILBOX = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")


def mailbox(text: str) -> str | None:
    """Give the address in lower case, or None for what is none.

    Only ASCII without spaces passes; names that Japanese carriers once gave out (`a..b@`) do.
    """
    lowered = text.lower()
    return lowered if MAILBOX.fullmatch(lowered) and lowered.count("@") == 1 else None
