"""Date formats as regular expressions: the directives that mapping files may use."""

import re
from functools import cache

_GROUPS = {
    "Y": r"\d{4}",
    "m": r"\d{1,2}",
    "d": r"\d{1,2}",
    "H": r"\d{1,2}",
    "M": r"\d{2}",
    "S": r"\d{2}",
    "f": r"\d{1,6}",
    "z": r"Z|[+-]\d{2}:?\d{2}",
}
_PACKED = {"m": r"\d{2}", "d": r"\d{2}", "H": r"\d{2}"}

ISO_DATE = "iso_date"
ISO_TIMESTAMP = "iso_timestamp"
WAREKI = "wareki"
"""The word that mapping files write for dates of the Japanese era calendar."""

_ISO = {
    ISO_DATE: r"^(?P<Y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})$",
    ISO_TIMESTAMP: (
        r"^(?P<Y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
        r"(?:[T ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,6})\d*)?)?"
        r" ?(?P<z>Z|[+-]\d{2}:?\d{2})?)?$"
    ),
}


def unknown_directives(text: str) -> list[str]:
    """The directives of a format that are not known, such as `%b`."""
    return [f"%{letter}" for letter in re.findall(r"%(.?)", text) if letter not in _GROUPS]


@cache
def format_pattern(text: str) -> str:
    """The RE2 pattern of a format, one named group a directive.

    Month, day and hour may be written with one digit unless the next directive follows directly.
    """
    if text in _ISO:
        return _ISO[text]
    pattern = ""
    parts = re.split(r"%([YmdHMSfz])", text)
    for index in range(1, len(parts), 2):
        letter, literal = parts[index], parts[index + 1]
        is_packed = literal == "" and index + 2 < len(parts)
        group = _PACKED.get(letter, _GROUPS[letter]) if is_packed else _GROUPS[letter]
        pattern += f"(?P<{letter}>{group}){re.escape(literal)}"
    return f"^{re.escape(parts[0])}{pattern}$"
