"""Access logs in the Apache combined and common formats."""

from pathlib import Path

import pytest

from orchestration.ingest.readers.apache_log import read_apache_log
from orchestration.ingest.rows import RawChunk

HEAD = "192.0.2.1 - - [31/Oct/2026:23:59:59 +0900]"


def _read(tmp_path: Path, *lines: str) -> RawChunk:
    path = tmp_path / "access.log"
    path.write_text("\n".join(lines) + "\n")
    (chunk,) = read_apache_log(path)
    return chunk


def test_log_reads_the_combined_format(tmp_path: Path) -> None:
    chunk = _read(
        tmp_path,
        f'{HEAD} "GET /a?utm_source=news&utm_campaign=%E7%A7%8B+1 HTTP/1.1" 200 12 '
        '"https://example.com/" "Agent \\"x\\" 1"',
    )

    row = {name: column[0].as_py() for name, column in chunk.columns.items()}
    assert len(row.pop("browser")) == 24
    assert row == {
        "address": "192.0.2.1",
        "identity": None,
        "user": None,
        "request": "GET /a?utm_source=news&utm_campaign=%E7%A7%8B+1 HTTP/1.1",
        "status": "200",
        "bytes": "12",
        "referrer": "https://example.com/",
        "user_agent": 'Agent \\"x\\" 1',
        "time": "2026-10-31T23:59:59+0900",
        "method": "GET",
        "path": "/a?utm_source=news&utm_campaign=%E7%A7%8B+1",
        "protocol": "HTTP/1.1",
        "resource": "page",
        "utm_source": "news",
        "utm_medium": None,
        "utm_campaign": "秋 1",
    }


def test_log_reads_the_common_format_and_a_missing_last_quote(tmp_path: Path) -> None:
    chunk = _read(
        tmp_path,
        f'{HEAD} "GET / HTTP/1.0" 304 -',
        f'{HEAD} "GET / HTTP/1.0" 200 1 "-" "Agent',
    )

    assert chunk.columns["user_agent"].to_pylist() == [None, "Agent"]
    assert chunk.columns["bytes"].to_pylist() == [None, "1"]


@pytest.mark.parametrize(
    ("request_line", "kind"),
    [
        pytest.param("GET / HTTP/1.1", "page", id="page"),
        pytest.param("GET /a.html?x=b.png HTTP/1.1", "page", id="asset-name-in-query"),
        pytest.param("GET /a/b.PNG?v=2 HTTP/1.1", "asset", id="image"),
        pytest.param("POST / HTTP/1.1", "other", id="post"),
        pytest.param("-", "other", id="no-request"),
    ],
)
def test_log_tells_pages_from_assets(tmp_path: Path, request_line: str, kind: str) -> None:
    chunk = _read(tmp_path, f'{HEAD} "{request_line}" 200 1 "-" "-"')

    assert chunk.columns["resource"].to_pylist() == [kind]


def test_log_gives_one_browser_to_one_address_and_agent(tmp_path: Path) -> None:
    line = f'{HEAD} "GET / HTTP/1.1" 200 1 "-" '
    chunk = _read(tmp_path, line + '"A"', line + '"B"', line + '"A"')

    first, second, third = chunk.columns["browser"].to_pylist()
    assert first == third
    assert first != second


def test_log_sets_lines_of_another_format_aside(tmp_path: Path) -> None:
    chunk = _read(tmp_path, f'{HEAD} "GET / HTTP/1.1" 200 1', "", HEAD, "hello")

    assert chunk.rows.tolist() == [1]
    assert [(row.row, row.reason) for row in chunk.broken] == [
        (3, "bad_log_line"),
        (4, "bad_log_line"),
    ]
