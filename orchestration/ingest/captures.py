"""Takes the value out of a longer text, such as the subscription's id out of a memo."""

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.text import trim

_NO_TEXT = pa.scalar(None, pa.string())


def capture(values: pa.Array, pattern: str) -> pa.Array:
    """The text of the pattern's one group in its first match, trimmed; null where there is none."""
    # Arrow's own extract wants the group to have a name. What stands around it may span lines.
    taken = pc.replace_substring_regex(values, f"^(?s:.*?)(?:{pattern})(?s:.*)$", r"\1")
    return trim(pc.if_else(pc.match_substring_regex(values, pattern), taken, _NO_TEXT))


def count_groups(pattern: str) -> int | None:
    """How many groups the pattern captures, 2 for any more; None where RE2 does not know it."""
    # Group 0 is the whole match: every pattern that RE2 knows has it.
    known = [group for group in range(3) if _has_group(pattern, group)]
    return len(known) - 1 if known else None


def _has_group(pattern: str, group: int) -> bool:
    try:
        pc.replace_substring_regex(pa.array([""]), pattern, rf"\{group}")
    except pa.ArrowInvalid:
        return False
    return True
