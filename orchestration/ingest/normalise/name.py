"""The comparison keys of a person's name."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.characters import Codes, Step, change, table, then
from orchestration.ingest.normalise.kanji import loose_table, strict_table
from orchestration.ingest.normalise.text import BLANKS, joined, on_distinct, plain

_NO_TEXT = pa.scalar(None, pa.string())
_REPEAT = 0x3005
# さん and 殿 end real names too (鵜殿), so they need a blank before them.
_HONORIFIC = r"(?:様|御中| さん| 殿| さま)$"
# One blank between two parts that hold no Latin letter; a repetition mark begins no name.
_LETTER = r"[^\sa-z\x{C0}-\x{24F}]"
_TWO_PARTS = rf"^(?P<family>{_LETTER}+) (?P<given>[^々\sa-z\x{{C0}}-\x{{24F}}]{_LETTER}*)$"
_SHORT = r"^(?:様|御中|.様)$"


class Names(NamedTuple):
    """The keys of names, row by row."""

    whole: pa.Array
    family: pa.Array
    given: pa.Array


def names(family: pa.Array, given: pa.Array) -> Names:
    """The strict keys of readable names: no blanks, no case, every form of a kanji the same.

    The family and the given name have keys of their own only where the source gives them apart, or
    writes one Japanese name with exactly one blank in it. Nothing is guessed from a name in one
    piece, nor from one in Latin letters, whose order nobody knows.
    """
    first, second = (on_distinct(part, _folded) for part in parts(family, given))
    rest = pc.if_else(pc.is_valid(first), _NO_TEXT, joined(family, given, ""))
    whole = pc.coalesce(joined(first, second, ""), on_distinct(rest, _folded))
    return Names(whole, first, second)


def readable(values: pa.Array) -> pa.Array:
    """Names as plain text without an honorific behind them; what all keys of names start from."""
    return on_distinct(values, lambda distinct: without_honorific(plain(distinct)))


def parts(family: pa.Array, given: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Family and given name where they are certain; null in both columns elsewhere."""
    both = pc.and_(pc.is_valid(family), pc.is_valid(given))
    one = pc.if_else(both, _NO_TEXT, pc.coalesce(family, given))
    if pc.any(pc.match_substring(one, " ")).as_py():
        split = pc.extract_regex(pc.utf8_lower(one), _TWO_PARTS)
        split_family = pc.struct_field(split, "family")
        split_given = pc.struct_field(split, "given")
    else:
        split_family = split_given = pa.nulls(len(one), pa.string())
    return (
        pc.if_else(both, family, split_family),
        pc.if_else(both, given, split_given),
    )


def loose(keys: pa.Array) -> pa.Array:
    """The keys with characters folded that are taken for one another in names, as 斎 and 斉."""
    return change(keys, loose_table())


def without_honorific(values: pa.Array) -> pa.Array:
    """The names without 様, 御中 or a set-off さん, さま, 殿 at the end."""
    if not pc.any(pc.match_substring_regex(values, _HONORIFIC)).as_py():
        return values
    shorter = pc.utf8_rtrim_whitespace(pc.replace_substring_regex(values, _HONORIFIC, ""))
    return pc.if_else(pc.match_substring_regex(values, _SHORT), values, shorter)


def _folded(values: pa.Array) -> pa.Array:
    return change(values, *folding())


@cache
def folding() -> tuple[Step, ...]:
    """What makes of a readable name its strict key: a table, then repeated kanji written out."""
    changes: dict[str, str | None] = {}
    for code in range(0x2100):
        lower = chr(code).lower()
        if len(lower) == 1 and lower != chr(code):
            changes[chr(code)] = lower
    changes.update(dict.fromkeys((*BLANKS, "・", "゠", "=")))
    changes.update({"ヶ": "ケ", "ヵ": "カ", "仝": "々"})
    return then(table(changes), strict_table()), _repeated


def _repeated(codes: Codes, before: Codes) -> Codes:
    """佐々木 as 佐佐木; a mark that begins a text stays."""
    is_mark = (codes == _REPEAT) & (before != 0)
    if not is_mark.any():
        return codes
    written = np.where(is_mark, 0, np.arange(len(codes)))
    return codes[np.maximum.accumulate(written)]
