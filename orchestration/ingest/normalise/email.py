"""E-mail addresses: the comparison key and what an address may be used for."""

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.text import compatible, for_each_distinct, without_blanks

# Domains under which a mall masks its buyers: an address there is no person's, and refuses mail
# from a sender that the mall does not know. Yahoo! JAPAN gives people yahoo.co.jp itself, so a
# mailbox below its shopping hosts is the mall's whatever its name.
_RELAY_DOMAINS = (
    r"(?:[a-z0-9-]+\.)*fw\.rakuten\.ne\.jp",
    r"(?:[a-z0-9-]+\.)*(?:shopping|store|auctions)\.yahoo\.co\.jp",
    r"marketplace\.amazon\.[a-z]{2,3}(?:\.[a-z]{2})?",
)
_RELAY = rf"^[^@]+@(?:{'|'.join(_RELAY_DOMAINS)})$"

# Until 2009 these carriers gave out addresses with dots where RFC 5321 allows none.
_LEGACY_DOMAIN = r"(?:docomo\.ne\.jp|(?:[a-z0-9-]+\.)?ezweb\.ne\.jp)"

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{2,59}})"
_QUOTED = r'^"([^"\\@]+)"@'
_LONGEST_LOCAL = r"^[^@]{1,64}@[^@]{1,253}$"
_VALID = rf"^{_ATOM}(?:\.{_ATOM})*@{_DOMAIN}$"
_LEGACY = rf"^[a-z0-9!#$%&'*+/=?^_`{{|}}~.-]+@{_LEGACY_DOMAIN}$"
# Providers that deliver name+anything to name.
_TAGGING = (
    r"gmail\.com|outlook\.(?:com|jp)|hotmail\.(?:com|co\.jp)|live\.(?:com|jp)|msn\.com"
    r"|(?:icloud|me|mac)\.com|fastmail\.(?:com|fm)|proton(?:mail)?\.(?:com|me)|pm\.me"
)


def email_key(addresses: pa.Array) -> pa.Array:
    """The addresses in NFKC and lower case without blanks; null where there is none.

    A domain in other than ASCII letters is written as the mail system does (xn--…). Quotes around
    a local part are taken away: mail servers tell of `"a..b"@` where a shop wrote `a..b@`.
    """
    keys = without_blanks(pc.utf8_lower(compatible(addresses)))
    keys = pc.replace_substring_regex(keys, _QUOTED, r"\1@")
    if pc.all(pc.string_is_ascii(keys)).as_py() is False:
        return for_each_distinct(keys, _with_ascii_domain, pa.string())
    return keys


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


def email_loose_key(keys: pa.Array, statuses: pa.Array) -> pa.Array:
    """The keys without what its provider ignores; null where the address links nobody.

    Gmail ignores dots, and it and some others everything from a plus sign on. Other providers give
    such addresses to different people, so theirs stay as they are.
    """
    usable = pc.is_in(statuses, pa.array(["valid", "legacy_jp"]))
    loose = pc.if_else(usable, keys, pa.scalar(None, pa.string()))
    loose = pc.replace_substring_regex(loose, r"@googlemail\.com$", "@gmail.com")
    loose = pc.replace_substring_regex(loose, rf"^([^@+]+)\+[^@]*@({_TAGGING})$", r"\1@\2")
    is_gmail = pc.ends_with(loose, "@gmail.com")
    if not pc.any(is_gmail).as_py():
        return loose
    local = pc.replace_substring(pc.utf8_slice_codeunits(loose, 0, -len("@gmail.com")), ".", "")
    return pc.if_else(is_gmail, pc.binary_join_element_wise(local, "@gmail.com", ""), loose)


def _with_ascii_domain(key: str) -> str:
    import idna  # noqa: PLC0415  few addresses need it

    local, at, domain = key.rpartition("@")
    if domain.isascii():
        return key
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return key
