"""Which encoding a file has, where only one can be meant."""

from pathlib import Path

import pytest

from orchestration.ingest.errors import ContractError
from orchestration.ingest.readers.encoding import sniff_encoding


def _sniff(tmp_path: Path, content: bytes, headers: tuple[str, ...] = ()) -> str:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    return sniff_encoding(path, "f.csv", headers)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"id\n1\n", "utf-8", id="ascii"),
        pytest.param("名前\n髙橋\n".encode(), "utf-8", id="utf-8"),
        pytest.param("名前\n髙橋\n".encode("utf-8-sig"), "utf-8", id="byte-order-mark"),
        pytest.param("名前\nひらがなの髙橋①㈱\n".encode("cp932"), "cp932", id="cp932"),
        pytest.param("名前\n漢字\n".encode("euc_jp"), "euc_jp", id="euc-jp"),
    ],
)
def test_sniff_finds_the_encoding(tmp_path: Path, content: bytes, expected: str) -> None:
    assert _sniff(tmp_path, content) == expected


def test_sniff_lets_the_headers_decide_when_two_encodings_fit(tmp_path: Path) -> None:
    content = "注文\nああ\n".encode("euc_jp")
    assert content.decode("cp932")

    assert _sniff(tmp_path, content, ("注文",)) == "euc_jp"


def test_sniff_refuses_when_two_encodings_fit_and_no_header_decides(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"euc_jp and cp932 fits. Declare `encoding:`"):
        _sniff(tmp_path, "id\nああ\n".encode("euc_jp"), ("id",))


def test_sniff_refuses_when_nothing_fits(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="none of UTF-8, CP932 and EUC-JP fits"):
        _sniff(tmp_path, b"id\n\x80\xff\n")


def test_sniff_refuses_utf_16(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="the file is UTF-16"):
        _sniff(tmp_path, "id\n1\n".encode("utf-16"))
