"""Text as files for print shops and call centres can carry it, and households told alike."""

import re
import unicodedata
from collections.abc import Iterable

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WIDE_FORMULA_STARTS = ("＝", "＋", "－", "＠")
NUMBER_OR_PHONE = re.compile(r"[+-]?[0-9][0-9.()\- ]*")
# Characters that CP932 knows under another code point; left alone they fail or change silently.
CP932_TWINS = str.maketrans(
    {
        "\u301c": "\uff5e",
        "\u2212": "\uff0d",
        "\u2014": "\u2015",
        "\u2016": "\u2225",
        "\u00a5": "\uffe5",
        "\u00a2": "\uffe0",
        "\u00a3": "\uffe1",
        "\u00ac": "\uffe2",
    }
)
# Between digits all of these are typed for the hyphen of an address.
HYPHENS = re.compile(r"(?<=[0-9])[\u2010-\u2015\u2212\u30fc](?=[0-9])")


def is_formula(text: str, *, opened_by_human: bool) -> bool:
    """Say whether a spreadsheet would run the text; a person's also folds full-width signs."""
    bare = text.lstrip(" \u3000\ufeff\u200b\u00a0") if opened_by_human else text
    if opened_by_human:
        return bare.startswith((*FORMULA_STARTS, *WIDE_FORMULA_STARTS))
    return text.startswith(FORMULA_STARTS) and not NUMBER_OR_PHONE.fullmatch(text)


def first_unencodable(text: str) -> str | None:
    """Give the first character that does not come back from CP932 as itself."""
    return next((sign for sign in text if not _fits_cp932(sign)), None)


def _fits_cp932(sign: str) -> bool:
    try:
        return sign.encode("cp932").decode("cp932") == sign
    except UnicodeEncodeError:
        return False


def alike(parts: Iterable[str]) -> str:
    """Give a text that is the same for parts equal but for width, case, spaces and hyphens.

    Empty when every part is: then there is nothing to be equal in.
    """
    folded = [unicodedata.normalize("NFKC", part).casefold() for part in parts]
    plain = [HYPHENS.sub("-", re.sub(r"\s", "", part)) for part in folded]
    return "\n".join(plain) if any(plain) else ""
