"""Reads the access log of a web server in the Apache combined (or common) format."""

import json
import re
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from urllib.parse import unquote_plus

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.readers.encoding import BAD_BYTE_MARK, numbered_lines
from orchestration.ingest.rows import BrokenRow, RawChunk

_CHUNK = 50_000
_QUOTED = r'[^"\\]*(?:\\.[^"\\]*)*'
_LINE = re.compile(
    r"(?P<address>\S+) (?P<identity>\S+) (?P<user>\S+) "
    r"\[(?P<day>\d{2})/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4}):(?P<clock>\d{2}:\d{2}:\d{2}) "
    r"(?P<offset>[+-]\d{4})\] "
    rf'"(?P<request>{_QUOTED})" (?P<status>\d{{3}}) (?P<bytes>\d+|-)'
    # A server that is stopped while it writes leaves the last quote out.
    rf'(?: "(?P<referrer>{_QUOTED})" "(?P<user_agent>{_QUOTED})"?)?'
)
_REQUEST = r"^(?P<method>[A-Z]+) (?P<path>\S+)(?: (?P<protocol>\S+))?$"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ASSET = (
    r"(?i)^[^?#]*\.(?:css|js|map|json|xml|txt|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|eot|otf"
    r"|mp4|webm|mp3|pdf|zip|gz)(?:[?#]|$)"
)
_CAMPAIGN_PARAMETERS = ("utm_source", "utm_medium", "utm_campaign")
_PLAIN = ("address", "identity", "user", "request", "status", "bytes", "referrer", "user_agent")

APACHE_HEADERS = (
    *_PLAIN,
    "time",
    "method",
    "path",
    "protocol",
    "resource",
    "browser",
    *_CAMPAIGN_PARAMETERS,
)
"""The columns a mapping may name.

`resource` is page (a GET of something that is no image, script or the like), asset or other;
`browser` is a digest of address and agent, the only sign of a visitor that a log holds.
"""


def read_apache_log(path: Path) -> Iterator[RawChunk]:
    """The requests of a log, numbered by line; empty lines are passed over."""
    lines = numbered_lines(path, "utf-8")
    while some := list(islice(lines, _CHUNK)):
        good: list[tuple[str | None, ...]] = []
        kept: list[tuple[int, str]] = []
        broken: list[BrokenRow] = []
        for row, text in some:
            match = None if BAD_BYTE_MARK in text else _LINE.fullmatch(text)
            if match is None:
                broken.append(_broken(row, text))
            else:
                good.append(match.groups())
                kept.append((row, text))
        fields = zip(*good, strict=True) if good else [()] * len(_LINE.groupindex)
        parts = {
            name: pa.array(values, pa.string())
            for name, values in zip(_LINE.groupindex, fields, strict=True)
        }
        yield RawChunk(
            columns=_columns(parts),
            rows=np.array([row for row, _ in kept], dtype=np.int64),
            raw=partial(_as_json, kept),
            broken=tuple(broken),
        )


def _as_json(lines: list[tuple[int, str]], index: int) -> str:
    return json.dumps(lines[index][1], ensure_ascii=False)


def _broken(row: int, text: str) -> BrokenRow:
    reason = "bad_encoding" if BAD_BYTE_MARK in text else "bad_log_line"
    return BrokenRow(row, reason, json.dumps(text, ensure_ascii=False))


def _columns(parsed: dict[str, pa.Array]) -> dict[str, pa.Array]:
    columns = {name: _dash_is_nothing(parsed[name]) for name in _PLAIN}
    columns["time"] = _time(parsed)
    request = pc.extract_regex(parsed["request"], _REQUEST)
    for name in ("method", "path", "protocol"):
        columns[name] = pc.struct_field(request, name)
    columns["resource"] = _resource(columns["method"], columns["path"])
    columns["browser"] = _browser(parsed["address"], parsed["user_agent"])
    for name in _CAMPAIGN_PARAMETERS:
        columns[name] = _parameter(columns["path"], name)
    return columns


def _dash_is_nothing(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, "-"), pa.scalar(None, pa.string()), values)


def _time(parsed: dict[str, pa.Array]) -> pa.Array:
    """ISO 8601 with the server's offset; an unknown month stays and is refused as a date."""
    index = pc.index_in(parsed["month"], pa.array(_MONTHS))
    numbers = pa.array([f"{number:02d}" for number in range(1, 13)])
    month = pc.coalesce(numbers.take(index), parsed["month"])
    day = pc.binary_join_element_wise(parsed["year"], month, parsed["day"], "-")
    clock = pc.binary_join_element_wise(parsed["clock"], parsed["offset"], "")
    return pc.binary_join_element_wise(day, clock, "T")


def _resource(method: pa.Array, path: pa.Array) -> pa.Array:
    is_page = pc.fill_null(pc.equal(method, "GET"), False)
    is_asset = pc.fill_null(pc.match_substring_regex(path, _ASSET), False)
    return pc.if_else(is_asset, "asset", pc.if_else(is_page, "page", "other"))


def _browser(address: pa.Array, agent: pa.Array) -> pa.Array:
    both = pc.binary_join_element_wise(address, pc.coalesce(agent, "-"), "\t").dictionary_encode()
    digests = [sha256(text.encode()).hexdigest()[:24] for text in both.dictionary.to_pylist()]
    return pa.array(digests, pa.string()).take(both.indices)


def _parameter(path: pa.Array, name: str) -> pa.Array:
    found = pc.struct_field(pc.extract_regex(path, rf"[?&]{name}=(?P<value>[^&#]*)"), "value")
    encoded = found.dictionary_encode()
    plain = [unquote_plus(text) for text in encoded.dictionary.to_pylist()]
    return pa.array(plain, pa.string()).take(encoded.indices)
