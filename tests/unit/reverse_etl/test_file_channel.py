"""The outbox: what a print shop and a call centre get, to the byte."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from reverse_etl.canonical import Value
from reverse_etl.channel import (
    Batch,
    ChannelSettings,
    Item,
    Operation,
    Outcome,
    Reject,
    Row,
)
from reverse_etl.channels.file import FileChannel

FIELDS = ("family_name", "net_sales")


def _channel(outbox: Path | None, **options: object) -> FileChannel:
    return FileChannel.open(options, FIELDS, ChannelSettings(outbox=outbox))


def _item(channel: FileChannel, name: str, sales: Value = None) -> Item:
    built = channel.build(Row("p1", {"family_name": name, "net_sales": sales}))
    assert isinstance(built, Item)
    return built


def _deliver(channel: FileChannel, *items: Item, operation: Operation = Operation.ADD) -> None:
    batch = Batch(
        "winback__file:2026/r:1:00001", "winback__file", "2026/r:1", DAY, operation, items
    )
    assert channel.deliver(batch).outcome is Outcome.DELIVERED


DAY = date(2026, 11, 1)
FOLDER = Path("winback__file") / "20261101_2026-r-1"


def test_print_file_is_cp932_with_crlf_and_quotes(tmp_path: Path) -> None:
    headings = {"person_id": "顧客ID", "family_name": "姓"}
    channel = _channel(tmp_path, encoding="cp932", headings=headings)
    _deliver(channel, _item(channel, "髙﨑①㈱", Decimal("1200.500")))
    body = (tmp_path / FOLDER / "adds_00001.csv").read_bytes()
    assert body == '"顧客ID","姓","net_sales"\r\n"p1","髙﨑①㈱","1200.5"\r\n'.encode("cp932")


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("1\u301c2", "1\uff5e2"),
        ("1\u22122", "1\uff0d2"),
        ("1\u20142", "1\u20152"),
        ("\u20162", "\u22252"),
        ("\u00a5100", "\uffe5100"),
    ],
    ids=["wave_dash", "minus", "em_dash", "double_line", "yen"],
)
def test_print_file_uses_the_twin_that_cp932_has(tmp_path: Path, given: str, written: str) -> None:
    channel = _channel(tmp_path, encoding="cp932")
    assert _item(channel, given).content["family_name"] == written


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("𠮷田", "unencodable_u+20bb7_in_family_name"),
        ("José", "unencodable_u+00e9_in_family_name"),
        ("花子😀", "unencodable_u+1f600_in_family_name"),
    ],
)
def test_print_file_refuses_a_row_and_names_the_character(
    tmp_path: Path, name: str, code: str
) -> None:
    channel = _channel(tmp_path, encoding="cp932")
    assert channel.build(Row("p1", {"family_name": name})) == Reject("p1", code)


@pytest.mark.parametrize("start", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(1)", "\tx"])
def test_formula_is_refused_for_a_machine_and_quoted_for_a_person(
    tmp_path: Path, start: str
) -> None:
    machine = _channel(tmp_path)
    human = _channel(tmp_path, opened_by="human")
    assert machine.build(Row("p1", {"family_name": start})) == Reject(
        "p1", "formula_in_family_name"
    )
    assert _item(human, start).content["family_name"] == "'" + start


@pytest.mark.parametrize("text", ["+819012345678", "-5", "+81 90-1234-5678", "1-2-3"])
def test_number_or_phone_is_no_formula_for_a_machine(tmp_path: Path, text: str) -> None:
    assert _item(_channel(tmp_path), text).content["family_name"] == text


@pytest.mark.parametrize("text", ["＝1", "＋1", "－1", "＠1"])
def test_wide_formula_is_quoted_for_a_person(tmp_path: Path, text: str) -> None:
    assert _item(_channel(tmp_path, opened_by="human"), text).content["family_name"] == "'" + text


def test_negative_number_stays_a_number(tmp_path: Path) -> None:
    channel = _channel(tmp_path, opened_by="human")
    assert _item(channel, "山田", Decimal("-5.000")).content["net_sales"] == "-5"


@pytest.mark.parametrize("text", ["千代田\n1-1", "千代田\r1-1"])
def test_line_break_inside_a_cell_is_refused(tmp_path: Path, text: str) -> None:
    rejected = _channel(tmp_path).build(Row("p1", {"family_name": text}))
    assert rejected == Reject("p1", "line_break_in_family_name")


def test_ndjson_keeps_text_as_it_is(tmp_path: Path) -> None:
    channel = _channel(tmp_path, format="ndjson", encoding="utf-8", newline="lf")
    _deliver(channel, _item(channel, "=𠮷\n😀", 3))
    body = (tmp_path / FOLDER / "adds_00001.ndjson").read_text(encoding="utf-8")
    assert json.loads(body) == {"person_id": "p1", "family_name": "=𠮷\n😀", "net_sales": "3"}
    assert body.count("\n") == 1


def test_removal_file_holds_ids_only(tmp_path: Path) -> None:
    channel = _channel(tmp_path)
    _deliver(channel, Item("p1", "p1", {}), operation=Operation.REMOVE)
    body = (tmp_path / FOLDER / "removes_00001.csv").read_bytes()
    assert body == b'\xef\xbb\xbf"person_id"\r\n"p1"\r\n'


def test_manifest_counts_and_hashes_every_file(tmp_path: Path) -> None:
    channel = _channel(tmp_path)
    _deliver(channel, _item(channel, "山田"), _item(channel, "髙橋"))
    _deliver(channel, Item("p9", "p9", {}), operation=Operation.REMOVE)
    manifest = json.loads((tmp_path / FOLDER / "manifest.json").read_text())
    rows = {name: entry["rows"] for name, entry in manifest["files"].items()}
    assert rows == {"adds_00001.csv": 2, "removes_00001.csv": 1}
    for name, entry in manifest["files"].items():
        body = (tmp_path / FOLDER / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(body).hexdigest()


def test_same_batch_again_gives_the_same_file(tmp_path: Path) -> None:
    channel = _channel(tmp_path)
    _deliver(channel, _item(channel, "山田"))
    first = {path.name: path.read_bytes() for path in (tmp_path / FOLDER).iterdir()}
    _deliver(channel, _item(channel, "山田"))
    assert {path.name: path.read_bytes() for path in (tmp_path / FOLDER).iterdir()} == first
    assert set(first) == {"adds_00001.csv", "manifest.json"}


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    channel = _channel(tmp_path)
    _deliver(channel, _item(channel, "山田"))
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / FOLDER).iterdir()}
    assert modes == {0o600}


def test_outbox_that_cannot_be_written_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    channel = _channel(tmp_path / "outbox")
    items = [_item(channel, "山田")]
    batch = Batch("s:r:00001", "s", "r", DAY, Operation.ADD, items)
    result = channel.deliver(batch)
    assert (result.outcome, result.code) == (Outcome.REFUSED, "disk_enotdir")
    assert not channel.check().ok


def test_channel_asks_for_its_outbox() -> None:
    assert _channel(None).missing() == "the shop has no outbox folder; set it in the workspace"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"headings": {"tea": "茶"}}, "headings: tea is no payload field"),
        ({"format": "ndjson"}, "set encoding: utf-8"),
    ],
)
def test_options_are_refused_with_the_mend(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FileChannel.check_options(options, FIELDS)
