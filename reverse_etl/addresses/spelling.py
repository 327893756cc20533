"""One text for one address, so that the same address is one wherever it was written down."""

import unicodedata


def address_text(address: str) -> str:
    """Give an address as it is hashed: NFKC, without blanks around it, in small letters.

    Mail addresses differ in case by law and never in fact; telephone numbers come as E.164; the
    ids of LINE are hexadecimal.
    """
    return unicodedata.normalize("NFKC", address).strip().casefold()
