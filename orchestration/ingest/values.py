"""Parses columns of text into the declared types, whole columns at a time.

Every function takes text without blanks around it, null where there is nothing, and gives the typed
column and a mask of the values that could not be read (null in the column).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.date_formats import ISO_DATE, ISO_TIMESTAMP, WAREKI, format_pattern
from orchestration.ingest.entities import ARROW_TYPES
from orchestration.ingest.era_dates import as_iso_dates
from orchestration.ingest.rows import RowMask

Parsed = tuple[pa.Array, RowMask]

_NUMBER = r"^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?$"
# 18 digits fit every 64-bit integer, 15 before the point every decimal(18, 3).
_INTEGER = r"^-?\d{1,18}$"
_DECIMAL = r"^-?\d{1,15}(?:\.\d{1,3})?$"
_POSSIBLE_MOMENT = (
    r"^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$"
)
_DAY = pa.scalar(86_400, pa.duration("s"))
_TRUE, _FALSE = ("true", "1"), ("false", "0")


def parse_integer(values: pa.Array) -> Parsed:
    """Whole numbers: `1,234` and full-width digits are read, `1.0` too, `1.5` is refused."""
    return _parse_number(values, ARROW_TYPES["integer"], _INTEGER, r"\.0*$", "")


def parse_decimal(values: pa.Array) -> Parsed:
    """Decimals with three places: `2.500000` is read, `2.0005` refused rather than rounded."""
    return _parse_number(values, ARROW_TYPES["decimal"], _DECIMAL, r"\.0*$|(\.\d*[1-9])0+$", r"\1")


def _parse_number(
    values: pa.Array, target: pa.DataType, plain: str, trailing: str, kept: str
) -> Parsed:
    is_plain = pc.match_substring_regex(values, plain)
    if pc.all(is_plain).as_py() is not False:
        return values.cast(target), np.zeros(len(values), dtype=np.bool_)
    folded = pc.utf8_normalize(values, "NFKC")
    is_number = pc.match_substring_regex(folded, _NUMBER)
    cleaned = pc.replace_substring_regex(folded, r"[,+]", "")
    cleaned = pc.replace_substring_regex(cleaned, trailing, kept)
    good = pc.and_(is_number, pc.match_substring_regex(cleaned, plain))
    typed = pc.if_else(good, cleaned, pa.scalar(None, pa.string()))
    return typed.cast(target), _not_read(values, typed)


def parse_boolean(values: pa.Array) -> Parsed:
    """true, false, 1 and 0, in any case."""
    lower = pc.utf8_lower(values)
    is_true = pc.is_in(lower, pa.array(_TRUE))
    is_known = pc.or_(is_true, pc.is_in(lower, pa.array(_FALSE)))
    typed = pc.if_else(is_known, is_true, pa.scalar(None, pa.bool_()))
    return typed, _not_read(values, typed)


def parse_date(values: pa.Array, formats: tuple[str, ...]) -> Parsed:
    """Days; a clock time in the format is read and dropped."""
    typed, bad = _parse_moment(values, formats or (ISO_DATE,), "UTC")
    return typed.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False), bad


def parse_timestamp(values: pa.Array, formats: tuple[str, ...], time_zone: str) -> Parsed:
    """Instants as naive UTC; a text without an offset is a wall clock of the time zone.

    A wall clock that occurs twice when summer time ends is taken as the first of the two.
    """
    return _parse_moment(values, formats or (ISO_TIMESTAMP,), time_zone)


def parse_epoch(values: pa.Array, unit: str) -> Parsed:
    """Instants from the seconds or milliseconds since 1970-01-01 UTC."""
    numbers, bad = parse_integer(values)
    limit = 10**11 if unit == "seconds" else 10**14
    is_far = pc.fill_null(pc.greater(pc.abs(numbers), limit), False)
    numbers = pc.if_else(is_far, pa.scalar(None, pa.int64()), numbers)
    micros = pc.multiply(numbers, 1_000_000 if unit == "seconds" else 1_000)
    return micros.cast(pa.timestamp("us")), bad | is_far.to_numpy(zero_copy_only=False)


def _parse_moment(values: pa.Array, formats: tuple[str, ...], time_zone: str) -> Parsed:
    result = pa.nulls(len(values), pa.timestamp("us"))
    for text in formats:
        if text == WAREKI:
            parsed = pc.extract_regex(as_iso_dates(values), format_pattern(ISO_DATE))
        else:
            parsed = pc.extract_regex(values, format_pattern(text))
        result = pc.coalesce(result, _instants(parsed, time_zone))
    return result, _not_read(values, result)


def _instants(parsed: pa.StructArray, time_zone: str) -> pa.Array:
    """The instants of matched components; null where nothing matched or no such day exists."""
    if parsed.null_count == len(parsed):
        return pa.nulls(len(parsed), pa.timestamp("us"))
    text = pc.binary_join_element_wise(
        pc.binary_join_element_wise(
            _component(parsed, "Y", 4), _component(parsed, "m", 2), _component(parsed, "d", 2), "-"
        ),
        pc.binary_join_element_wise(
            _component(parsed, "H", 2), _component(parsed, "M", 2), _component(parsed, "S", 2), ":"
        ),
        " ",
    )
    clock = _cast_or_null(text)
    if "f" in _names(parsed):
        digits = pc.utf8_rpad(pc.coalesce(pc.struct_field(parsed, "f"), ""), 6, "0")
        clock = pc.add(clock, digits.cast(pa.int64()).cast(pa.duration("us")))
    utc = _from_zone(clock, time_zone)
    if "z" not in _names(parsed):
        return utc
    zone = pc.struct_field(parsed, "z")
    return pc.if_else(pc.equal(pc.coalesce(zone, ""), ""), utc, pc.subtract(clock, _offset(zone)))


def _names(parsed: pa.StructArray) -> list[str]:
    return [field.name for field in parsed.type]


def _component(parsed: pa.StructArray, name: str, width: int) -> pa.Array:
    if name not in _names(parsed):
        default = "01" if name in ("m", "d") else "00"
        return pc.if_else(pc.is_valid(parsed), default, pa.scalar(None, pa.string()))
    return pc.utf8_lpad(pc.struct_field(parsed, name), width, "0")


def _cast_or_null(text: pa.Array) -> pa.Array:
    """Timestamps of `YYYY-MM-DD HH:MM:SS`, null for a day or a time that does not exist."""
    try:
        return text.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        exists = pc.match_substring_regex(text, _POSSIBLE_MOMENT)
        return _cast_days(pc.if_else(exists, text, pa.scalar(None, pa.string())))


def _cast_days(text: pa.Array) -> pa.Array:
    """Timestamps where only the length of the month can still be wrong."""
    month = pc.utf8_slice_codeunits(text, 0, 7)
    day = pc.utf8_slice_codeunits(text, 8, 10).cast(pa.int32())
    first = pc.binary_join_element_wise(month, "01", "-").cast(pa.timestamp("s"))
    next_month = pc.ceil_temporal(first, 1, "month", ceil_is_strictly_greater=True)
    last = pc.day(pc.subtract(next_month, _DAY))
    exists = pc.less_equal(day, last.cast(pa.int32()))
    return pc.if_else(exists, text, pa.scalar(None, pa.string())).cast(pa.timestamp("us"))


def _from_zone(clock: pa.Array, time_zone: str) -> pa.Array:
    if time_zone == "UTC":
        return clock
    zoned = pc.assume_timezone(clock, time_zone, ambiguous="earliest", nonexistent="latest")
    return zoned.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))


def _offset(zone: pa.Array) -> pa.Array:
    """Durations of `+09:00`, `+0900` and `Z`."""
    digits = pc.replace_substring_regex(pc.coalesce(zone, ""), r"^Z?$", "+0000")
    digits = pc.replace_substring(digits, ":", "")
    hours = pc.utf8_slice_codeunits(digits, 1, 3).cast(pa.int64())
    minutes = pc.utf8_slice_codeunits(digits, 3, 5).cast(pa.int64())
    total = pc.add(pc.multiply(hours, 60), minutes)
    signed = pc.if_else(pc.starts_with(digits, "-"), pc.negate(total), total)
    return pc.multiply(signed, 60_000_000).cast(pa.duration("us"))


def _not_read(values: pa.Array, typed: pa.Array) -> RowMask:
    mask = pc.and_(pc.is_valid(values), pc.is_null(typed))
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=np.bool_)
