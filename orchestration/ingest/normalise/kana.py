"""The comparison key of a reading in kana."""

from functools import cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.characters import Table, change, table, then
from orchestration.ingest.normalise.name import parts
from orchestration.ingest.normalise.text import BLANKS, HYPHENS, joined, on_distinct

_NO_TEXT = pa.scalar(None, pa.string())
_READING = r"^[ぁ-ゖゝゞ]+$"
_KANA_NAME = r"^[ぁ-ゖゝゞァ-ヺヽヾー・ ]+$"
_SMALL = dict(zip("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ", strict=True))
_SAME_SOUND = {"ぢ": "じ", "づ": "ず", "を": "お", "ゐ": "い", "ゑ": "え"}
_V_ROW = {"ゔぁ": "ば", "ゔぃ": "び", "ゔぇ": "べ", "ゔぉ": "ぼ", "ゔ": "ぶ"}


class Reading(NamedTuple):
    """Readings in hiragana, small kana kept: in two parts where these are certain, else whole."""

    family: pa.Array
    given: pa.Array
    whole: pa.Array
    """Null where the reading has two parts."""


def reading(family: pa.Array, given: pa.Array) -> Reading:
    """What readable columns of kana say; null for other scripts."""
    first, second = parts(family, given)
    rest = pc.if_else(pc.is_valid(first), _NO_TEXT, joined(family, given, ""))
    return Reading(*(on_distinct(part, hiragana) for part in (first, second, rest)))


def kana_key(read: Reading) -> pa.Array:
    """The folded reading of the whole name; null where any of it is no kana."""
    parted = pc.binary_join_element_wise(folded(read.family), folded(read.given), "")
    return pc.coalesce(parted, folded(read.whole))


def kana_or_nothing(values: pa.Array) -> pa.Array:
    """The values that are written in kana throughout; null elsewhere."""
    return pc.if_else(pc.match_substring_regex(values, _KANA_NAME), values, _NO_TEXT)


def hiragana(values: pa.Array) -> pa.Array:
    """Readings in hiragana without blanks, dots and long vowel marks; null for other scripts.

    Small kana stay; ヴ is ぶ, and repetition marks are written out.
    """
    text = change(values, _to_hiragana())
    for old, new in _V_ROW.items():
        if pc.any(pc.match_substring(text, old)).as_py():
            text = pc.replace_substring(text, old, new)
    if pc.any(pc.match_substring_regex(text, "[ゝゞ]")).as_py():
        text = _written_out(text)
    return pc.if_else(pc.match_substring_regex(text, _READING), text, _NO_TEXT)


def folded(values: pa.Array) -> pa.Array:
    """Hiragana as a key: small kana as large ones, kana of the same sound as one."""
    return on_distinct(values, lambda distinct: change(distinct, _fold()))


@cache
def _to_hiragana() -> Table:
    changes: dict[str, str | None] = {chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)}
    changes.update({"ヽ": "ゝ", "ヾ": "ゞ", "ヷ": "わ", "ヸ": "い", "ヹ": "え", "ヺ": "お"})
    changes.update(dict.fromkeys((*BLANKS, *HYPHENS, "・", "゠", "=", ".", ",", "~", "〜")))
    return table(changes)


@cache
def _fold() -> Table:
    return then(table(_SMALL), table(_SAME_SOUND))


def _written_out(values: pa.Array) -> pa.Array:
    """みすゝ as みすす and みすゞ as みすず; a mark that follows no kana stays."""
    voiced = {c: chr(ord(c) + 1) for c in "かきくけこさしすせそたちつてとはひふへほ"}
    written = []
    for text in values.to_pylist():
        done = ""
        for letter in text or "":
            last = done[-1:]
            if letter == "ゝ" and last:
                done += last
            elif letter == "ゞ" and last:
                done += voiced.get(last, last)
            else:
                done += letter
        written.append(done or None)
    return pa.array(written, pa.string())
