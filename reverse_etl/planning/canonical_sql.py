"""The canonical payload and its keyed hash in SQL of DuckDB, for the rows where they are plain.

The texts are byte for byte those of `reverse_etl.canonical`, on which the hash is defined. A row
with anything that SQL might write otherwise is not plain: Python hashes it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

BLOCK_BYTES = 64
"""Of SHA-256, by FIPS 180-4."""
PLAIN_RANGES = (
    # Printable ASCII without the quote and the backslash, which JSON escapes.
    (0x20, 0x21), (0x23, 0x5B), (0x5D, 0x7E),
    # Latin, punctuation, boxes, circled digits.
    (0xA0, 0x2FF), (0x2010, 0x2027), (0x2030, 0x205E), (0x2460, 0x25FF),
    # Kana and Japanese signs without the combining marks of sound.
    (0x3000, 0x3029), (0x3030, 0x3098), (0x309B, 0x30FF), (0x3220, 0x33FF),
    # Ideographs but for the compatibility ones, which NFC replaces; Hangul; full and half width.
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFF01, 0xFFEE),
    (0x1F300, 0x1F64F), (0x20000, 0x2A6DF),
)  # fmt: skip
"""Characters that NFC leaves alone in any neighbourhood and that JSON writes as themselves."""
INTEGERS = frozenset(
    {
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
        "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    }
)  # fmt: skip
ANY = "true"
DECIMAL = re.compile(r"DECIMAL\(([0-9]+),([0-9]+)\)")
PLAIN_YEARS = "between timestamp '1000-01-01' and timestamp '9999-12-31 23:59:59.999999'"
"""Years that every library writes with four digits."""


@dataclass(frozen=True, slots=True)
class PayloadField:
    """One mapped field as it is read from a publication."""

    name: str
    column: str
    """SQL of the value."""
    kind: str
    """The type in DuckDB."""
    omits_empty: bool
    is_required: bool

    @property
    def is_text(self) -> bool:
        """Say whether the value is text."""
        return self.kind == "VARCHAR"

    @property
    def is_empty(self) -> str:
        """Give the SQL that says whether there is nothing in it."""
        empty = f"{self.column} is null"
        return f"({empty} or {self.column} = '')" if self.is_text else f"({empty})"


@dataclass(frozen=True, slots=True)
class Written:
    """A value as SQL text, and the SQL condition under which that text is the canonical one."""

    text: str
    is_plain: str


def write_value(column: str, kind: str) -> Written | None:
    """Give the JSON text of a value that is not NULL; None for a type that only Python writes."""
    text = f"cast({column} as varchar)"
    instant = f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    ways = {
        "VARCHAR": Written(_quoted(column), plain_text(column)),
        "BOOLEAN": Written(text, ANY),
        "DOUBLE": _write_float(column),
        "FLOAT": _write_float(column),
        "DATE": Written(_quoted(f"strftime({column}, '%Y-%m-%d')"), f"({column} {PLAIN_YEARS})"),
        "TIMESTAMP": Written(_quoted(instant), f"({column} {PLAIN_YEARS})"),
    } | dict.fromkeys(INTEGERS, Written(text, ANY))
    return _write_decimal(text, kind) if kind.startswith("DECIMAL") else ways.get(kind)


def _write_decimal(text: str, kind: str) -> Written | None:
    digits = DECIMAL.fullmatch(kind)
    if digits is None or digits[1] == digits[2]:
        return None  # DuckDB writes no zero before the point of a number that has only a fraction.
    bare = f"rtrim(rtrim({text}, '0'), '.')"
    return Written(_quoted(f"case when contains({text}, '.') then {bare} else {text} end"), ANY)


def _write_float(column: str) -> Written:
    number = f"cast({column} as double)"
    # Python and DuckDB write the shortest text alike, but turn to exponents at other sizes.
    usual = f"abs({number}) between 0.001 and 999999999999999"
    return Written(f"cast({number} + 0.0 as varchar)", f"({column} = 0 or {usual})")


def write_payload(fields: Mapping[str, PayloadField]) -> Written | None:
    """Give the canonical payload as SQL; None where a field is of a type that only Python writes.

    The fields stand in the order of their names, as `canonical_payload` sorts them.
    """
    parts: list[str] = []
    conditions: list[str] = []
    for name in sorted(fields):
        field = fields[name]
        written = write_value(field.column, field.kind)
        if written is None:
            return None
        conditions.append(f"({field.column} is null or {written.is_plain})")
        head = literal(json.dumps(name, ensure_ascii=False) + ":")
        value = f"{head} || coalesce({written.text}, 'null')"
        if field.omits_empty:
            value = f"case when not {field.is_empty} then {value} end"
        parts.append(value)
    joined = f"concat_ws(',', {', '.join(parts)})" if parts else "''"
    return Written(f"'{{' || {joined} || '}}'", " and ".join(conditions) or ANY)


def write_instant(column: str, kind: str) -> Written | None:
    """Give the text of `datetime.isoformat` for an instant or a day; text stays as it is."""
    if kind == "VARCHAR":
        return Written(f"coalesce({column}, '')", ANY)
    whole = f"strftime({column}, '%Y-%m-%dT%H:%M:%S')"
    is_whole = f"date_part('us', {column}) % 1000000 = 0"
    fraction = f"case when {is_whole} then '' else strftime({column}, '.%f') end"
    texts = {"DATE": f"strftime({column}, '%Y-%m-%d')", "TIMESTAMP": f"{whole} || {fraction}"}
    if kind not in texts:
        return None
    condition = f"({column} is null or {column} {PLAIN_YEARS})"
    return Written(f"coalesce({texts[kind]}, '')", condition)


def plain_text(column: str) -> str:
    """Give the condition that a text is its own canonical JSON text between quotes."""
    ranges = "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in PLAIN_RANGES)
    return f"regexp_full_match({column}, '[{ranges}]*')"


def hashed(text: str) -> str:
    """Give the SQL of `keyed_hash` (HMAC-SHA256, RFC 2104) of a text.

    The marks `$outer` and `$inner` take what `pads` gives: the key stands in no query.
    """
    inner = f"unhex(sha256($inner || encode({text})))"
    return f"sha256($outer || {inner})"


def pads(secret: bytes) -> dict[str, bytes]:
    """Give the two padded keys of HMAC."""
    key = sha256(secret).digest() if len(secret) > BLOCK_BYTES else secret
    block = key.ljust(BLOCK_BYTES, b"\0")
    return {
        "outer": bytes(byte ^ 0x5C for byte in block),
        "inner": bytes(byte ^ 0x36 for byte in block),
    }


def _quoted(text: str) -> str:
    return f"'\"' || {text} || '\"'"


def literal(text: str) -> str:
    """Give a text as SQL."""
    return "'" + text.replace("'", "''") + "'"
