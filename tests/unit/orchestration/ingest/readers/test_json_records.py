"""JSON records: paths, shapes, and the place of what is broken."""

import json
from pathlib import Path

import pytest

from orchestration.ingest.errors import ContractError
from orchestration.ingest.readers.json_records import read_json, read_ndjson


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f.json"


def test_ndjson_reads_paths_and_keeps_the_text_of_numbers(path: Path) -> None:
    path.write_text('{"id": 1.50, "utm": {"source": "a"}, "ok": true}\n{"id": "02", "utm": null}\n')

    (chunk,) = read_ndjson(path, {"id": None, "utm.source": None, "ok": None})

    assert {name: column.to_pylist() for name, column in chunk.columns.items()} == {
        "id": ["1.50", "02"],
        "utm.source": ["a", None],
        "ok": ["true", None],
    }


def test_ndjson_sets_broken_lines_aside_under_their_number(path: Path) -> None:
    path.write_bytes(b'{"id": 1}\n\n{"id": 2\n[3]\n{"id": "\xff"}\n{"id": 6}')

    (chunk,) = read_ndjson(path, {"id": None})

    assert chunk.rows.tolist() == [1, 6]
    assert [(row.row, row.reason) for row in chunk.broken] == [
        (3, "bad_json"),
        (4, "bad_json"),
        (5, "bad_encoding"),
    ]
    assert json.loads(chunk.broken[0].raw) == '{"id": 2'


def test_ndjson_marks_values_of_another_shape(path: Path) -> None:
    path.write_text('{"a": {"b": 1}, "c": "x"}\n{"a": ["b"], "c": ["x", 2]}\n{"a": "b", "c": [[]]}')

    (chunk,) = read_ndjson(path, {"a": None, "a.b": None, "c": ","})

    assert chunk.bad_shape["a"].tolist() == [True, True, False]
    assert chunk.bad_shape["a.b"].tolist() == [False, True, True]
    assert chunk.columns["c"].to_pylist() == ["x", "x,2", None]
    assert chunk.bad_shape["c"].tolist() == [False, False, True]


def test_ndjson_gives_nothing_when_the_file_is_empty(path: Path) -> None:
    path.write_bytes(b"")

    assert list(read_ndjson(path, {"id": None})) == []


def test_json_numbers_the_records_of_its_list(path: Path) -> None:
    path.write_text('{"events": [{"id": "a"}, "broken", {"id": "c"}]}')

    (chunk,) = read_json(path, "f.json", "events", {"id": None})

    assert chunk.rows.tolist() == [1, 3]
    assert [(row.row, row.reason) for row in chunk.broken] == [(2, "bad_shape")]


def test_json_gives_every_record_what_stands_above_it(path: Path) -> None:
    path.write_text('{"to": "U1", "a": {"b": 2}, "events": [{"to": "own"}, {}]}')

    (chunk,) = read_json(path, "f.json", "events", {"/to": None, "to": None, "/a.b": None})

    columns = {name: values.to_pylist() for name, values in chunk.columns.items()}
    assert columns == {"/to": ["U1", "U1"], "to": ["own", None], "/a.b": ["2", "2"]}


@pytest.mark.parametrize(
    ("content", "records", "message"),
    [
        pytest.param('[{"id": 1}', None, "not one JSON document", id="cut-off"),
        pytest.param("", None, "not one JSON document", id="empty"),
        pytest.param('{"a": 1}', None, "no list at the top", id="no-list"),
        pytest.param('{"a": {"b": 1}}', "a.b", "no list at a.b", id="no-list-at-path"),
    ],
)
def test_json_refuses_another_document(
    path: Path, content: str, records: str | None, message: str
) -> None:
    path.write_text(content)

    with pytest.raises(ContractError, match=message):
        list(read_json(path, "f.json", records, {}))
