"""Text normalisation that every other key begins with, on whole columns."""

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.characters import DROPPED, Codes, Table, change, table

BLANKS = tuple(c for c in map(chr, range(0x3001)) if c.isspace())
HYPHENS = "-‐‑‒–—―−⁃﹣－ーｰ─━"
"""What people type for a hyphen, the long vowel mark included."""

_NO_TEXT = pa.scalar(None, pa.string())
_VOICED, _SEMI_VOICED = "\u3099", "\u309a"
_MARKS = (_VOICED, _SEMI_VOICED)
_TORN_MARK = f" +([{_VOICED}{_SEMI_VOICED}])"
_SAMPLE = 4096


def trim(values: pa.Array) -> pa.Array:
    """The values without blanks around them, full-width ones too; null when nothing is left."""
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(trimmed, ""), _NO_TEXT, trimmed)


def plain(values: pa.Array) -> pa.Array:
    """The values as one writes them without thinking of code points; null when nothing is left.

    NFKC without variation selectors and invisible characters, standalone voiced marks joined to
    their kana, any run of blanks one blank, none around, and any kind of hyphen between two digits
    the ASCII one.
    """
    return on_distinct(values, _plain)


def _plain(values: pa.Array) -> pa.Array:
    composed = compatible(values)
    if composed is not values:
        composed = change(composed, _fold_hyphens)
    return trim(_single_blanks(composed))


def compatible(values: pa.Array) -> pa.Array:
    """NFKC without invisible characters; blanks and hyphens stay as they are."""
    if pc.all(pc.string_is_ascii(values)).as_py() is not False:
        return values
    return _composed(values)


def without_blanks(values: pa.Array) -> pa.Array:
    """The values without any blank, also within; null when nothing is left."""
    return change(values, _no_blanks())


def joined(first: pa.Array, second: pa.Array, separator: str) -> pa.Array:
    """Both values with a separator between, one of them where the other is null."""
    # Arrow's own join of columns with nulls loses the rows that are null in all of them.
    both = pc.binary_join_element_wise(first, second, separator)
    return pc.coalesce(both, first, second)


def on_distinct(values: pa.Array, function: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """The function's result for a column, worked out once for each text where texts repeat."""
    sample = values.slice(0, _SAMPLE)
    if 2 * pc.count_distinct(sample).as_py() > len(sample):
        return function(values)
    encoded = values.dictionary_encode()
    return function(encoded.dictionary).take(encoded.indices)


def for_each_distinct(values: pa.Array, function: Callable[[str], Any], kind: pa.DataType) -> Any:
    """The function's results for texts, called once for each that differs; null stays null."""
    encoded = values.dictionary_encode()
    results = [function(text) for text in encoded.dictionary.to_pylist()]
    return pa.array(results, kind).take(encoded.indices)


def _composed(values: pa.Array) -> pa.Array:
    composed = pc.utf8_normalize(change(values, _readable()), "NFKC")
    if any(pc.any(pc.match_substring(composed, mark)).as_py() for mark in _MARKS):
        # Another system's NFKC has put a blank between a kana and its standalone voiced mark.
        whole = pc.replace_substring_regex(composed, _TORN_MARK, r"\1")
        composed = pc.utf8_normalize(whole, "NFKC")
    return composed


def _single_blanks(values: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(values, r"[\t\n\v\f\r]|  ")).as_py():
        return values
    return pc.replace_substring_regex(values, r"[ \t\n\v\f\r]+", " ")


@cache
def _readable() -> Table:
    changes: dict[str, str | None] = dict.fromkeys(map(chr, range(0xE0100, 0xE01F0)))
    changes.update(dict.fromkeys(map(chr, range(0xFE00, 0xFE10))))
    changes.update(dict.fromkeys(BLANKS, " "))
    for code in range(0x10000):
        if unicodedata.category(chr(code)) in ("Cf", "Cc") and chr(code) not in BLANKS:
            changes[chr(code)] = None
        elif unicodedata.normalize("NFKC", chr(code)).startswith(" ") and code != 0x20:
            # A spacing mark: NFKC would put a blank before it and tear it from its letter.
            changes.setdefault(chr(code), None)
    changes.update({"゛": _VOICED, "゜": _SEMI_VOICED})
    return table(changes)


@cache
def _no_blanks() -> Table:
    return table(dict.fromkeys(BLANKS))


def _fold_hyphens(codes: Codes, before: Codes) -> Codes:
    is_hyphen = _is_hyphen()[codes]
    if not is_hyphen.any():
        return codes
    after = np.concatenate((codes[1:], np.zeros(1, dtype=np.uint32)))
    # What follows the last of a value is the next value's first, which has nothing before it.
    is_last = np.concatenate((before[1:] == 0, np.ones(1, dtype=np.bool_)))
    fits = is_hyphen & _is_digit(before) & _is_digit(after) & ~is_last
    return np.where(fits, np.uint32(ord("-")), codes)


@cache
def _is_hyphen() -> Any:
    return table(dict.fromkeys(HYPHENS)) == DROPPED


def _is_digit(codes: Codes) -> Any:
    return (codes >= ord("0")) & (codes <= ord("9"))
