"""What counts as an e-mail address before any call is made, and how it is written to a server."""

import re

from reverse_etl.addresses.spelling import without_quotes

MAILBOX = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")
BROKEN_DOTS = re.compile(r"\.|[^@]*\.\.|[^@]*\.@")
"""A local part that begins or ends with a dot or holds two in a row."""


def mailbox(text: str) -> str | None:
    """Give the address in lower case, or None for what is none.

    Only ASCII without spaces passes; names that Japanese carriers once gave out (`a..b@`) do.
    """
    lowered = without_quotes(text.lower())
    return lowered if MAILBOX.fullmatch(lowered) and lowered.count("@") == 1 else None


def rfc_mailbox(address: str) -> str:
    """Give a mailbox as RFC 5321 §4.1.2 takes it.

    Where its dots break the rules, the local part stands in quotes; servers that keep the rules,
    SendGrid's for one, take it so and in no other way. All others stay as they are: some servers
    take no quotes.
    """
    if not BROKEN_DOTS.match(address):
        return address
    local, _, domain = address.partition("@")
    return f'"{local}"@{domain}'
