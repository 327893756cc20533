"""Changes single characters of whole text columns at once: the kernel under every key.

Arrow has no kernel that maps characters one to one; a lookup table over code points does it at
several million short texts a second, where a replacement for each character would take a pass each.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.uint32]
Table = npt.NDArray[np.uint32]
Step = Table | Callable[[Codes, Codes], Codes]
"""A table, or a function that takes the code points of all values one after another and for each
the one before it in its own value (0 at the beginning), and gives as many."""

DROPPED = 0xFFFFFFFF
"""Stands in a table for a character that goes away."""

_CODE_POINTS = 0x110000


def table(changes: Mapping[str, str | None]) -> Table:
    """A lookup table of single characters; null drops a character, all others stay."""
    codes = np.arange(_CODE_POINTS, dtype=np.uint32)
    for old, new in changes.items():
        codes[ord(old)] = DROPPED if new is None else ord(new)
    return codes


def then(first: Table, second: Table) -> Table:
    """The table that does what the first and then the second does."""
    kept = np.where(first == DROPPED, 0, first)
    return np.where(first == DROPPED, np.uint32(DROPPED), second[kept])


def change(values: pa.Array, *steps: Step) -> pa.Array:
    """The values after each step; null when nothing is left."""
    filled = pc.fill_null(values, "")
    ends = np.cumsum(_lengths(filled), dtype=np.int64)
    before = codes = _codes(filled)
    starts = np.concatenate(([0], ends))
    for step in steps:
        if isinstance(step, np.ndarray):
            codes = step[codes]
            codes, starts = _without_dropped(codes, starts)
        else:
            codes = step(codes, _before(codes, starts))
    if len(codes) == len(before) and np.array_equal(codes, before):
        return _or_null(filled)
    return _or_null(_text(codes, starts))


def _lengths(filled: pa.Array) -> npt.NDArray[np.int32]:
    return np.asarray(pc.utf8_length(filled).to_numpy(zero_copy_only=False), dtype=np.int32)


def _codes(filled: pa.Array) -> Codes:
    _, offsets, data = filled.buffers()
    if len(filled) == 0 or data is None:
        return np.zeros(0, dtype=np.uint32)
    places = np.frombuffer(offsets, dtype=np.int32)[filled.offset : filled.offset + len(filled) + 1]
    text = str(memoryview(data)[places[0] : places[-1]], "utf-8")
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def _before(codes: Codes, starts: npt.NDArray[np.int64]) -> Codes:
    before = np.concatenate((np.zeros(1, dtype=np.uint32), codes))[:-1]
    first = starts[:-1]
    before[first[first < len(codes)]] = 0
    return before


def _without_dropped(
    codes: Codes, starts: npt.NDArray[np.int64]
) -> tuple[Codes, npt.NDArray[np.int64]]:
    is_kept = codes != DROPPED
    if is_kept.all():
        return codes, starts
    kept_before = np.concatenate(([0], np.cumsum(is_kept)))
    return codes[is_kept], kept_before[starts]


def _text(codes: Codes, starts: npt.NDArray[np.int64]) -> pa.Array:
    widths = np.ones(len(codes), dtype=np.int8)
    for limit in (0x7F, 0x7FF, 0xFFFF):
        widths += codes > limit
    bytes_before = np.concatenate(([0], np.cumsum(widths, dtype=np.int64)))
    offsets = bytes_before[starts].astype(np.int32)
    data = codes.tobytes().decode("utf-32-le").encode()
    count = len(starts) - 1
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))


def _or_null(text: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
