"""One text for one address, so that the same address is one wherever it was written down."""

import re
import unicodedata

QUOTED = re.compile(r'"([^"\\@]+)"@')


def address_text(address: str) -> str:
    """Give an address as it is hashed: NFKC, without blanks around it, in small letters.

    Mail addresses differ in case by law and never in fact; telephone numbers come as E.164; the
    ids of LINE are hexadecimal.
    """
    return without_quotes(unicodedata.normalize("NFKC", address).strip().casefold())


def without_quotes(address: str) -> str:
    """Give a mail address whose local part stands in quotes that say nothing without them."""
    return QUOTED.sub(r"\1@", address, count=1) if QUOTED.match(address) else address
