"""Telephone numbers: the E.164 form and what kind of number it is."""

from functools import cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.characters import Table, change, table
from orchestration.ingest.normalise.text import BLANKS, HYPHENS, compatible

_NO_TEXT = pa.scalar(None, pa.string())
_LIBRARY_NAMES = {
    "toll_free": "toll_free",
    "voip": "voip",
    "fixed": "fixed_line",
    "mobile": "mobile",
}
_PREFIXES = ("0", "+81", "+810", "", "81", "810")
_LINKING_KINDS = ("mobile", "fixed", "voip")
_SEPARATORS = (*BLANKS, *HYPHENS, *"()[].·・/~")
# Numbers that people and forms write when they mean none: one digit throughout or behind the
# area code, digits counted up or down, and the number of the usual sample (03-1234-5678).
_ONE_DIGIT = "|".join(f"{digit}{{7,}}" for digit in range(10))
_DUMMY = (
    rf"^(?:{_ONE_DIGIT}|0?1234567890?|0?123456789|9876543210?"
    rf"|0?[1-9]0?(?:{'|'.join(f'{digit}{{8}}' for digit in range(10))}|12345678)"
    rf"|0?[1-9]\d(?:{'|'.join(f'{digit}{{7}}' for digit in range(10))}|1234567))$"
)


class Phones(NamedTuple):
    """The keys and kinds of telephone numbers, row by row."""

    keys: pa.Array
    """E.164; null for a number that links nobody."""
    kinds: pa.Array
    """mobile, fixed, voip, toll_free, dummy or invalid; null without a number."""


def phones(values: pa.Array) -> Phones:
    """The numbers as E.164, read as Japanese ones unless they say another country.

    The leading zero that a spreadsheet drops is put back where the number is then possible.
    """
    text = compatible(values)
    digits = change(text, _without_separators())
    national = _national(digits)
    kinds = _kinds(national)
    is_dummy = pc.fill_null(pc.match_substring_regex(pc.coalesce(national, digits), _DUMMY), False)
    keys = pc.binary_join_element_wise(
        "+81", pc.if_else(pc.is_valid(kinds), national, _NO_TEXT), ""
    )
    unread = pc.and_(pc.and_(pc.is_null(kinds), pc.invert(is_dummy)), pc.is_valid(digits))
    if pc.any(unread).as_py():
        other = _foreign(pc.if_else(unread, text, _NO_TEXT))
        kinds, keys = pc.coalesce(kinds, other.kinds), pc.coalesce(keys, other.keys)
    kinds = pc.if_else(is_dummy, "dummy", pc.coalesce(kinds, "invalid"))
    kinds = pc.if_else(pc.is_valid(digits), kinds, _NO_TEXT)
    links = pc.is_in(kinds, pa.array(_LINKING_KINDS))
    return Phones(pc.if_else(links, keys, _NO_TEXT), kinds)


def _national(digits: pa.Array) -> pa.Array:
    """The significant number of what may be a Japanese number; null for other numbers."""
    found = pa.nulls(len(digits), pa.string())
    for prefix in _PREFIXES:
        is_open = pc.and_(pc.is_null(found), pc.starts_with(digits, prefix))
        if not pc.any(is_open).as_py():
            continue
        number = pc.utf8_slice_codeunits(pc.if_else(is_open, digits, _NO_TEXT), len(prefix))
        possible = pc.match_substring_regex(number, _patterns()["any"])
        found = pc.coalesce(found, pc.if_else(possible, number, _NO_TEXT))
    return found


def _kinds(national: pa.Array) -> pa.Array:
    kinds = pa.nulls(len(national), pa.string())
    for kind, pattern in _patterns().items():
        if kind == "any":
            continue
        fits = pc.match_substring_regex(national, pattern)
        kinds = pc.coalesce(kinds, pc.if_else(fits, kind, _NO_TEXT))
    return kinds


@cache
def _patterns() -> dict[str, str]:
    """Kind → the pattern that phonenumbers has for it in Japan, in its own order."""
    from phonenumbers import PhoneMetadata  # noqa: PLC0415  imports slowly

    japan = PhoneMetadata.metadata_for_region("JP")
    patterns = {
        kind: f"(?:{getattr(japan, name).national_number_pattern})"
        for kind, name in _LIBRARY_NAMES.items()
    }
    anchored = {kind: f"^{pattern}$" for kind, pattern in patterns.items()}
    return {"any": f"^(?:{'|'.join(patterns.values())})$", **anchored}


def _foreign(values: pa.Array) -> Phones:
    encoded = values.dictionary_encode()
    read = [_parsed(text) for text in encoded.dictionary.to_pylist()]
    keys = pa.array([key for key, _ in read], pa.string())
    kinds = pa.array([kind for _, kind in read], pa.string())
    return Phones(keys.take(encoded.indices), kinds.take(encoded.indices))


def _parsed(text: str) -> tuple[str | None, str]:
    import phonenumbers as library  # noqa: PLC0415  imports slowly

    try:
        number = library.parse(text, "JP")
    except library.NumberParseException:
        return None, "invalid"
    if number.extension or not library.is_valid_number(number):
        return None, "invalid"
    kind = {
        library.PhoneNumberType.MOBILE: "mobile",
        library.PhoneNumberType.FIXED_LINE: "fixed",
        library.PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed",
        library.PhoneNumberType.VOIP: "voip",
        library.PhoneNumberType.TOLL_FREE: "toll_free",
    }.get(library.number_type(number), "invalid")
    return library.format_number(number, library.PhoneNumberFormat.E164), kind


@cache
def _without_separators() -> Table:
    return table(dict.fromkeys(_SEPARATORS))
