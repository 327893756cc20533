"""E-mail addresses: the comparison key and what an address may be used for."""

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.text import compatible, without_blanks

RELAY_DOMAINS = (
    "pc.fw.rakuten.ne.jp",
    "mb.fw.rakuten.ne.jp",
    "marketplace.amazon.co.jp",
    "marketplace.amazon.com",
)
"""Domains under which a mall masks its buyers: an address there is no person's, and refuses mail
that the mall does not know."""

# Until 2009 these carriers gave out addresses with dots where RFC 5321 allows none.
_LEGACY_DOMAIN = r"(?:docomo\.ne\.jp|(?:[a-z0-9-]+\.)?ezweb\.ne\.jp)"

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{2,59}})"
_LONGEST_LOCAL = r"^[^@]{1,64}@[^@]{1,253}$"
_VALID = rf"^{_ATOM}(?:\.{_ATOM})*@{_DOMAIN}$"
_LEGACY = rf"^[a-z0-9!#$%&'*+/=?^_`{{|}}~.-]+@{_LEGACY_DOMAIN}$"
_RELAY = "^[^@]+@(?:{})$".format("|".join(domain.replace(".", r"\.") for domain in RELAY_DOMAINS))


def email_key(addresses: pa.Array) -> pa.Array:
    """The addresses in NFKC and lower case without blanks; null where there is none."""
    return without_blanks(pc.utf8_lower(compatible(addresses)))


def email_status(keys: pa.Array) -> pa.Array:
    """relay, valid, legacy_jp or invalid for each key; null for no address."""
    fits = pc.match_substring_regex(keys, _LONGEST_LOCAL)
    conditions = pc.make_struct(
        pc.is_null(keys),
        pc.match_substring_regex(keys, _RELAY),
        pc.and_(fits, pc.match_substring_regex(keys, _VALID)),
        pc.and_(fits, pc.match_substring_regex(keys, _LEGACY)),
    )
    return pc.case_when(
        conditions,
        pa.scalar(None, pa.string()),
        "relay",
        "valid",
        "legacy_jp",
        "invalid",
    )


def email_key_of_recipient(recipients: pa.Array) -> pa.Array:
    """The key where the recipient is an e-mail address; null for a LINE user or a number."""
    is_address = pc.match_substring(recipients, "@")
    return email_key(pc.if_else(is_address, recipients, pa.scalar(None, pa.string())))
