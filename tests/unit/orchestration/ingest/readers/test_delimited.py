"""CSV as shops export it: any of four encodings, quoted line breaks, repeated headers."""

import json
from pathlib import Path

import pytest

from orchestration.ingest.errors import ContractError
from orchestration.ingest.readers.delimited import read_delimited
from orchestration.ingest.readers.headers import number_repeated
from orchestration.ingest.rows import RawChunk


def _read(path: Path, content: bytes, encoding: str = "utf-8", delimiter: str = ",") -> RawChunk:
    path.write_bytes(content)
    chunks = list(read_delimited(path, "f.csv", encoding, delimiter, headers=()))
    assert len(chunks) == 1
    return chunks[0]


def _columns(chunk: RawChunk) -> dict[str, list[str]]:
    return {name: values.to_pylist() for name, values in chunk.columns.items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f.csv"


def test_csv_keeps_the_text_of_every_field(path: Path) -> None:
    chunk = _read(path, b"zip,note\n0600000,\n1e3, x \n")

    assert _columns(chunk) == {"zip": ["0600000", "1e3"], "note": ["", " x "]}
    assert chunk.rows.tolist() == [2, 3]


def test_csv_reads_characters_of_windows_when_cp932(path: Path) -> None:
    chunk = _read(path, "名,社\r\n髙橋①,㈱～\r\n".encode("cp932"), "cp932")

    assert _columns(chunk) == {"名": ["髙橋①"], "社": ["㈱～"]}


def test_csv_reads_a_backslash_byte_inside_a_kanji_when_cp932(path: Path) -> None:
    content = '"表","b"\r\n"ソ表","十"\r\n'.encode("cp932")
    assert b"\\" in content

    assert _columns(_read(path, content, "cp932")) == {"表": ["ソ表"], "b": ["十"]}


def test_csv_reads_euc_jp(path: Path) -> None:
    assert _columns(_read(path, "名\n高橋\n".encode("euc_jp"), "euc_jp")) == {"名": ["高橋"]}


def test_csv_drops_the_byte_order_mark(path: Path) -> None:
    assert _columns(_read(path, "id\n1\n".encode("utf-8-sig"))) == {"id": ["1"]}


def test_csv_numbers_records_not_lines_when_a_field_holds_line_breaks(path: Path) -> None:
    chunk = _read(path, b'a,b\n1,"x\ny\n\nz"\n2,w\n')

    assert _columns(chunk) == {"a": ["1", "2"], "b": ["x\ny\n\nz", "w"]}
    assert chunk.rows.tolist() == [2, 3]


def test_csv_counts_an_empty_line_as_a_record_without_giving_it(path: Path) -> None:
    chunk = _read(path, b"a,b\n1,x\n\n2,y\n\n")

    assert chunk.rows.tolist() == [2, 4]
    assert chunk.broken == ()


def test_csv_sets_aside_records_with_another_number_of_fields(path: Path) -> None:
    chunk = _read(path, b"a,b\n1,x\n2\n3,y\n4,z,more\n5,w\n")

    assert [(row.row, row.reason) for row in chunk.broken] == [
        (3, "wrong_field_count"),
        (5, "wrong_field_count"),
    ]
    assert json.loads(chunk.broken[1].raw) == "4,z,more"
    assert chunk.rows.tolist() == [2, 4, 6]


def test_csv_sets_aside_only_the_record_that_cannot_be_decoded(path: Path) -> None:
    chunk = _read(path, "a,b\n髙,1\n".encode("cp932") + b"\x81 ,2\n3,3\n4,\xff\n", "cp932")

    assert [(row.row, row.reason) for row in chunk.broken] == [
        (3, "bad_encoding"),
        (5, "bad_encoding"),
    ]
    assert chunk.rows.tolist() == [2, 4]


def test_csv_tells_repeated_headers_apart(path: Path) -> None:
    assert _columns(_read(path, "送料,x,送料\n1,2,3\n".encode())) == {
        "送料": ["1"],
        "x": ["2"],
        "送料#2": ["3"],
    }


def test_headers_are_numbered_from_the_second_on() -> None:
    assert number_repeated(["a", "b", "a", "a"]) == ["a", "b", "a#2", "a#3"]


def test_csv_reads_a_header_over_two_lines(path: Path) -> None:
    chunk = _read(path, b'"a\nb",c\n1,2\n')

    assert _columns(chunk) == {"a\nb": ["1"], "c": ["2"]}
    assert chunk.rows.tolist() == [2]


def test_csv_reads_tabs(path: Path) -> None:
    assert _columns(_read(path, b"a\tb\n1,5\t2\n", delimiter="\t")) == {"a": ["1,5"], "b": ["2"]}


def test_csv_keeps_record_numbers_across_blocks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.ingest.readers.encoding._BLOCK", 16)
    path.write_bytes(b'a,b\n1,"x\n\n\n\n\n\n\n\n\n\n\n\ny"\n2\n3,z\n4,"v\nw"\n5,u\n')

    chunks = list(read_delimited(path, "f.csv", "utf-8", ",", headers=()))

    assert len(chunks) > 1
    assert [int(row) for chunk in chunks for row in chunk.rows] == [2, 4, 5, 6]
    assert [row.row for chunk in chunks for row in chunk.broken] == [3]


def test_csv_refuses_a_quote_that_is_never_closed(path: Path) -> None:
    with pytest.raises(ContractError, match="a quote is opened and never closed"):
        _read(path, b'a,b\n1,"x\n2,y\n3,z\n')


def test_csv_refuses_a_header_in_another_encoding(path: Path) -> None:
    with pytest.raises(ContractError, match=r"the header is not utf-8. Mend `encoding:`"):
        _read(path, "注文番号\n1\n".encode("cp932"))
