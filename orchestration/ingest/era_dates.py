"""Dates of the Japanese era calendar: 令和元年5月1日, R6.11.22, S640107, 平成31/4/30."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.numerals import KANJI_NUMBER, number_of
from orchestration.ingest.normalise.text import plain

# The day an era ends is the day before the next one begins.
_BEGINS = {
    "M": date(1868, 1, 25),
    "T": date(1912, 7, 30),
    "S": date(1926, 12, 25),
    "H": date(1989, 1, 8),
    "R": date(2019, 5, 1),
}
_LETTERS = {"明治": "M", "大正": "T", "昭和": "S", "平成": "H", "令和": "R"}
_ERA = r"^(?P<era>明治|大正|昭和|平成|令和|[MTSHR])"
_WRITTEN = _ERA + r"\.? ?(?P<Y>元|\d{1,2}) ?[年./-] ?(?P<m>\d{1,2}) ?[月./-] ?(?P<d>\d{1,2}) ?日?$"
_PACKED = _ERA + r"(?P<Y>\d{2})(?P<m>\d{2})(?P<d>\d{2})$"


def as_iso_dates(values: pa.Array) -> pa.Array:
    """The era dates as `YYYY-MM-DD`; null for other texts and for a day the era does not have.

    A day is checked against its era here, and for being in the calendar by whoever reads the text.
    """
    text = _arabic(pc.utf8_upper(plain(values)))
    found = pc.coalesce(pc.extract_regex(text, _WRITTEN), pc.extract_regex(text, _PACKED))
    era = _letter(pc.struct_field(found, "era"))
    years = pc.struct_field(found, "Y")
    year = pc.if_else(pc.equal(years, "元"), "1", years).cast(pa.int32())
    eras = pa.array(list(_BEGINS))
    first = pa.array([begin.year for begin in _BEGINS.values()], pa.int32())
    western = pc.add(first.take(pc.index_in(era, eras)), pc.subtract(year, 1))
    iso = pc.binary_join_element_wise(
        western.cast(pa.string()),
        pc.utf8_lpad(pc.struct_field(found, "m"), 2, "0"),
        pc.utf8_lpad(pc.struct_field(found, "d"), 2, "0"),
        "-",
    )
    return pc.if_else(_is_within(iso, era, eras), iso, pa.scalar(None, pa.string()))


def _letter(eras: pa.Array) -> pa.Array:
    letters = pa.array(list(_LETTERS.values())).take(pc.index_in(eras, pa.array(list(_LETTERS))))
    return pc.coalesce(letters, eras)


def _is_within(iso: pa.Array, era: pa.Array, eras: pa.Array) -> pa.Array:
    begins = [begin.isoformat() for begin in _BEGINS.values()]
    index = pc.index_in(era, eras)
    begin = pa.array(begins).take(index)
    end = pa.array([*begins[1:], "9999-12-31"]).take(index)
    return pc.and_(pc.greater_equal(iso, begin), pc.less(iso, end))


def _arabic(values: pa.Array) -> pa.Array:
    """昭和五十五年 as 昭和55年."""
    if not pc.any(pc.match_substring_regex(values, KANJI_NUMBER.pattern)).as_py():
        return values
    return pa.array(
        [
            text and KANJI_NUMBER.sub(lambda found: str(number_of(found.group())), text)
            for text in values.to_pylist()
        ],
        pa.string(),
    )
