"""Text normalisation that every other key begins with, on whole columns."""

import pyarrow as pa
import pyarrow.compute as pc

_BLANK = r"[\s\x{3000}]+"
_VARIATION_SELECTORS = r"[\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"


def trim(values: pa.Array) -> pa.Array:
    """The values without blanks around them, full-width ones too; null when nothing is left."""
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def compatible(values: pa.Array) -> pa.Array:
    """NFKC without variation selectors: full-width, half-width and circled forms become one."""
    return pc.replace_substring_regex(pc.utf8_normalize(values, "NFKC"), _VARIATION_SELECTORS, "")


def without_blanks(values: pa.Array) -> pa.Array:
    """The values without any blank, also within; null when nothing is left."""
    joined = pc.replace_substring_regex(values, _BLANK, "")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
