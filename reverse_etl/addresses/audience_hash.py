"""People as advertising platforms match them: normalised as each vendor says, then SHA-256.

Nothing is left to an SDK's helper: Meta's drops every letter that is not a-z from a name and
cuts a postal code at its first hyphen, so no Japanese name or postal code would ever match.

Rules: Meta, "Hashing and Normalizing Data" of the custom audience guide; Google, "Format user
data" of the Data Manager API. Text goes through NFKC only where the vendor wants ASCII (mail,
telephone, postal code, country): neither folds names, so a folded name would match nobody.
"""

import hashlib
import re
import unicodedata

import phonenumbers

from reverse_etl.addresses.mailbox import mailbox

EMPTY_HASH = hashlib.sha256(b"").hexdigest()
"""What careless code sends for people without an address: it matches nobody, or everybody."""
GMAIL_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


def sha256_hex(normalised: str) -> str:
    """Give the lower-case hex SHA-256 of a text; of an empty text an empty text, never a hash."""
    return hashlib.sha256(normalised.encode()).hexdigest() if normalised else ""


def meta_email(text: str) -> str:
    """Give an address without outer spaces, in lower case; empty when it is none. Dots stay."""
    return mailbox(unicodedata.normalize("NFKC", text).strip()) or ""


def google_email(text: str) -> str:
    """Give an address as Google wants it: no space at all, no dot before @gmail.com.

    What follows a plus sign stays: the Data Manager API's rules name only the dots.
    """
    address = meta_email(re.sub(r"\s", "", text))
    local, _, domain = address.partition("@")
    return f"{local.replace('.', '')}@{domain}" if domain in GMAIL_DOMAINS else address


def google_phone(text: str, *, country: str) -> str:
    """Give a number in E.164 with its plus sign; empty when it cannot be one.

    A number without a country code is read as one of `country` (ISO 3166-1, two letters).
    """
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), country.upper())
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def meta_phone(text: str, *, country: str) -> str:
    """Give a number as digits with its country code, without plus sign and leading zeros."""
    return google_phone(text, country=country).removeprefix("+")


def meta_name(text: str) -> str:
    """Give a family or given name in lower case without punctuation, in NFC."""
    letters = [sign for sign in text if not unicodedata.category(sign).startswith("P")]
    return unicodedata.normalize("NFC", "".join(letters)).strip().lower()


def meta_postal_code(text: str, *, country: str) -> str:
    """Give a postal code without spaces and hyphens; a Japanese one has 7 digits or is empty."""
    code = re.sub(r"[\s\-\u2010-\u2015\u2212]", "", unicodedata.normalize("NFKC", text)).lower()
    if country.upper() == "JP":
        return code if re.fullmatch(r"[0-9]{7}", code) else ""
    return code


def meta_country(text: str) -> str:
    """Give a country as two lower-case letters (ISO 3166-1 alpha-2); empty when it is none."""
    code = unicodedata.normalize("NFKC", text).strip().lower()
    return code if re.fullmatch(r"[a-z]{2}", code) else ""
