import json
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

Truth = Callable[[str], list[dict[str, Any]]]
Records = Callable[[str], list[list[str]]]
LOG_LINE = re.compile(
    r"\S+ - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0900\] "
    r'"GET \S+ HTTP/1\.1" \d{3} \d+ "[^"]*" "[^"]+"'
)


def broken_places(truth: Truth) -> dict[str, dict[int, set[str]]]:
    """Reasons by file and row."""
    places: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in truth("broken_rows"):
        places[row["file"]][row["row"]].add(row["reason"])
    return places


def test_japanese_files_are_cp932_with_crlf(shop: Path) -> None:
    landing = shop / "landing"
    files = [*(landing / "ec_cube").iterdir(), *(landing / "mall").iterdir()]
    files += [landing / "crm/inquiries.csv", landing / "crm/subscriptions.csv"]
    for path in files:
        text = path.read_bytes().decode("cp932", errors="strict")
        assert text.endswith("\r\n")
        assert text.count("\n") == text.count("\r\n")
        assert text.encode("cp932") == path.read_bytes()


def test_carrier_and_ad_cost_files_start_with_a_byte_order_mark(shop: Path) -> None:
    for path in [
        *(shop / "landing/carrier").iterdir(),
        *(shop / "landing/marketing").glob("ad_costs_*"),
    ]:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_every_good_csv_row_has_as_many_fields_as_the_header(
    shop: Path, truth: Truth, csv_records: Records
) -> None:
    broken = broken_places(truth)
    checked = 0
    for path in (shop / "landing").rglob("*.csv"):
        relative = str(path.relative_to(shop / "landing"))
        records = csv_records(relative)
        for number, record in enumerate(records, start=1):
            is_short = "wrong_field_count" in broken[relative][number]
            assert (len(record) == len(records[0])) != is_short, (relative, number)
            checked += 1
    assert checked > 2_000


def test_broken_rows_stand_where_the_truth_says(
    shop: Path, truth: Truth, csv_records: Records
) -> None:
    reasons = set()
    for relative, rows in broken_places(truth).items():
        for number, found in rows.items():
            reasons |= found
            assert is_broken(shop, relative, number, found, csv_records), (relative, number)
    assert {"wrong_field_count", "bad_json", "missing_value", "bad_timestamp"} <= reasons


def is_broken(
    shop: Path, relative: str, number: int, reasons: set[str], csv_records: Records
) -> bool:
    """Whether the row shows, without our own code, that it is none of the good ones."""
    if relative.endswith(".csv"):
        records = csv_records(relative)
        record, header = records[number - 1], records[0]
        is_fresh = any(value.startswith("9000000") for value in record)
        return is_fresh or len(record) < len(header) or record[0] == ""
    path = shop / "landing" / relative
    if relative.endswith(".json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        events = document["events"] if isinstance(document, dict) else document
        event = events[number - 1]
        event_id = event.get("sg_event_id", event.get("webhookEventId"))
        return event_id is None or "-9000" in event_id
    line = path.read_text(encoding="utf-8").splitlines()[number - 1]
    if relative.endswith(".log"):
        return LOG_LINE.fullmatch(line) is None
    try:
        event_id = json.loads(line)["event_id"]
    except json.JSONDecodeError:
        return reasons == {"bad_json"}
    return event_id is None or "-9000" in event_id


def test_less_than_two_per_cent_of_each_file_is_broken(truth: Truth) -> None:
    totals = truth("feed_totals")
    assert sum(row["broken_rows"] for row in totals) > 20
    for row in totals:
        assert row["broken_rows"] < 0.02 * (row["good_rows"] + row["broken_rows"]), row["file"]


def test_good_log_lines_and_events_can_be_read(shop: Path, truth: Truth) -> None:
    broken = broken_places(truth)
    for path in [*(shop / "landing/web").iterdir(), *(shop / "landing/access_log").iterdir()]:
        relative = str(path.relative_to(shop / "landing"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if number in broken[relative]:
                continue
            if path.suffix == ".log":
                assert LOG_LINE.fullmatch(line), (relative, number)
            else:
                assert json.loads(line)["event_id"].startswith("ev")


def test_feed_totals_equal_the_rows_of_the_files(
    shop: Path, truth: Truth, csv_records: Records
) -> None:
    totals = {row["file"]: row for row in truth("feed_totals")}
    landed = {
        str(path.relative_to(shop / "landing"))
        for path in (shop / "landing").rglob("*")
        if path.is_file()
    }
    assert set(totals) == landed
    for relative, total in totals.items():
        written = total["good_rows"] + total["broken_rows"]
        if relative.endswith(".csv"):
            assert written == len(csv_records(relative)) - 1
        elif relative.endswith(".json"):
            document = json.loads((shop / "landing" / relative).read_text(encoding="utf-8"))
            events = document["events"] if isinstance(document, dict) else document
            assert written == len(events)
        else:
            text = (shop / "landing" / relative).read_text(encoding="utf-8")
            assert written == text.count("\n")


def test_sendgrid_batches_repeat_events_and_mix_kinds_of_category(shop: Path) -> None:
    events: list[dict[str, Any]] = []
    is_sorted = True
    for path in sorted((shop / "landing/sendgrid_events").iterdir()):
        batch = json.loads(path.read_text(encoding="utf-8"))
        times = [e["timestamp"] for e in batch if isinstance(e["timestamp"], int)]
        is_sorted = is_sorted and times == sorted(times)
        events += batch
    ids = [event["sg_event_id"] for event in events if event["sg_event_id"]]
    assert len(set(ids)) < len(ids)
    assert not is_sorted
    assert {type(event["category"]) for event in events} == {str, list}
    assert any(event.get("sg_machine_open") for event in events)
