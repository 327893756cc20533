"""The comparison key of a name in Latin letters, and of the same name read from kana."""

import re
import unicodedata
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.kana import Reading
from orchestration.ingest.normalise.text import for_each_distinct

_NO_TEXT = pa.scalar(None, pa.string())
_LATIN = r"^[A-Za-z\x{C0}-\x{24F}' .,\-’]+$"
_ROWS = {
    "": "あいうえお",
    "k": "かきくけこ",
    "s": "さしすせそ",
    "t": "たちつてと",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "m": "まみむめも",
    "r": "らりるれろ",
    "g": "がぎぐげご",
    "z": "ざじずぜぞ",
    "d": "だぢづでど",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}
_SINGLE = {
    "や": "ya",
    "ゆ": "yu",
    "よ": "yo",
    "わ": "wa",
    "ゐ": "i",
    "ゑ": "e",
    "を": "o",
    "ん": "n",
}
_SMALL = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o", "ゎ": "wa", "ゕ": "ka", "ゖ": "ke"}
_SMALL_Y = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
# Both spellings become Hepburn; the long ones come first.
_HEPBURN = (
    (r"(?:sy|shy)(?=[aueo])", "sh"),
    (r"(?:ty|chy|cy)(?=[aueo])", "ch"),
    (r"(?:zy|jy|dy)(?=[aueo])", "j"),
    (r"si", "shi"),
    (r"ti", "chi"),
    (r"tu", "tsu"),
    (r"hu", "fu"),
    (r"[zd]i", "ji"),
    (r"d[zu]u?", "zu"),
    (r"m(?=[bpm])", "n"),
    (r"tch", "cch"),
    (r"v", "b"),
    (r"oh(?![aiueoy])", "o"),
    (r"ou|oo", "o"),
    (r"uu", "u"),
    (r"aa", "a"),
    (r"ii", "i"),
    (r"ee", "e"),
)


def romaji_key(name: pa.Array, reading: pa.Array, read: Reading) -> pa.Array:
    """The name in Latin letters, spellings and long vowels folded, its words in sorted order.

    A name that is written in Latin letters gives the key; else a reading in Latin letters, else one
    in kana. Null where there is none of them.
    """
    latin = pc.coalesce(_latin(name), _latin(reading))
    return pc.coalesce(for_each_distinct(latin, _sorted_words, pa.string()), romaji_of(read))


def romaji_of(read: Reading) -> pa.Array:
    """The same key from kana alone."""
    first, second, whole = (for_each_distinct(part, _spoken, pa.string()) for part in read)
    is_sorted = pc.less_equal(first, second)
    return pc.coalesce(
        pc.binary_join_element_wise(
            pc.if_else(is_sorted, first, second), pc.if_else(is_sorted, second, first), " "
        ),
        whole,
    )


def _latin(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(values, _LATIN), values, _NO_TEXT)


def spelled(kana: str) -> str:
    """A reading in hiragana in Latin letters, letter by letter."""
    written = ""
    sounds = _sounds()
    is_double = False
    for letter in kana:
        if letter == "っ":
            is_double = True
            continue
        if letter in _SMALL_Y and written.endswith("i"):
            written = f"{written[:-1]}y{_SMALL_Y[letter]}"
            continue
        sound = sounds.get(letter, "")
        written += sound[:1] + sound if is_double and sound[:1] not in "aiueon" else sound
        is_double = False
    return written


def _spoken(kana: str) -> str:
    return _folded(spelled(kana))


def _sorted_words(name: str) -> str | None:
    words = [_folded(word) for word in re.split(r"[ ,.]+", _plain_letters(name))]
    return " ".join(sorted(word for word in words if word)) or None


def _plain_letters(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.lower())
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return re.sub(r"['’-]", "", letters)


def _folded(word: str) -> str:
    for pattern, spelling in _HEPBURN:
        word = re.sub(pattern, spelling, word)
    return word


@cache
def _sounds() -> dict[str, str]:
    sounds = {**_SINGLE, **_SMALL, "ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
    for consonant, row in _ROWS.items():
        sounds.update({kana: consonant + vowel for kana, vowel in zip(row, "aiueo", strict=True)})
    return sounds
