"""The comparison key of a postal code."""

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.characters import Table, change, table
from orchestration.ingest.normalise.text import BLANKS, HYPHENS, compatible

_NO_TEXT = pa.scalar(None, pa.string())
_JAPAN = ("jp", "jpn", "japan", "日本", "日本国", "392")


def postal_key(codes: pa.Array, countries: pa.Array) -> pa.Array:
    """The seven digits of a Japanese postal code; null for anything else.

    An address without a country is a Japanese one. Six digits have lost their leading zero to a
    spreadsheet.
    """
    digits = change(compatible(codes), _without_signs())
    digits = pc.if_else(pc.match_substring_regex(digits, r"^\d{6,7}$"), digits, _NO_TEXT)
    digits = pc.utf8_lpad(digits, 7, "0")
    country = pc.utf8_lower(pc.utf8_trim_whitespace(pc.coalesce(countries, "jp")))
    is_japan = pc.is_in(country, pa.array(_JAPAN))
    real = pc.and_(is_japan, pc.not_equal(digits, "0000000"))
    return pc.if_else(real, digits, _NO_TEXT)


@cache
def _without_signs() -> Table:
    return table(dict.fromkeys((*BLANKS, *HYPHENS, *"〒〶._")))
