"""New files start one build, a failed run leaves one alert."""

import os

import dagster as dg
import pytest

from orchestration.defs.sensors import landing_arrival, landing_fingerprint


@pytest.fixture
def landing(shop):
    folder = shop.workspace.landing / "ec_cube"
    folder.mkdir(parents=True)
    return folder


def land(folder, name, content="1\n", seconds=1_000):
    """Write a file with a known time of change."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    os.utime(path, (seconds, seconds))
    return path


def test_landing_fingerprint_is_empty_when_nothing_landed(tmp_path):
    assert landing_fingerprint(tmp_path) == ""
    assert landing_fingerprint(tmp_path / "not_there") == ""


def test_landing_fingerprint_stays_when_the_files_stay(tmp_path):
    land(tmp_path, "a.csv")
    assert landing_fingerprint(tmp_path) == landing_fingerprint(tmp_path) != ""


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: land(folder, "a.csv", content="12\n"),
        lambda folder: land(folder, "a.csv", seconds=1_001),
        lambda folder: land(folder, "b.csv"),
        lambda folder: (folder / "a.csv").rename(folder / "c.csv"),
    ],
    ids=["size", "time", "new-file", "name"],
)
def test_landing_fingerprint_changes_when_a_file_does(tmp_path, change):
    land(tmp_path, "a.csv")
    before = landing_fingerprint(tmp_path)
    change(tmp_path)
    assert landing_fingerprint(tmp_path) not in ("", before)


def test_landing_fingerprint_ignores_dotfiles(tmp_path):
    land(tmp_path, ".uploading.csv")
    assert landing_fingerprint(tmp_path) == ""
    land(tmp_path, "a.csv")
    before = landing_fingerprint(tmp_path)
    land(tmp_path, ".uploading.csv", content="more\n", seconds=2_000)
    assert landing_fingerprint(tmp_path) == before


def look(shop, cursor=None):
    """One round of the sensor: how many runs it asks for, and what it remembers."""
    answer = landing_arrival(dg.build_sensor_context(cursor=cursor), shop)
    if isinstance(answer, dg.SkipReason):
        return 0, cursor
    return len(answer.run_requests or []), answer.cursor


def test_landing_arrival_asks_for_nothing_when_the_landing_zone_is_empty(shop, landing):
    assert look(shop) == (0, None)


def test_landing_arrival_waits_one_round_and_asks_for_exactly_one_run(shop, landing):
    land(landing, "a.csv")
    runs, cursor = look(shop)
    assert runs == 0
    runs, cursor = look(shop, cursor)
    assert runs == 1
    assert look(shop, cursor) == (0, cursor)


def test_landing_arrival_waits_as_long_as_a_file_grows(shop, landing):
    land(landing, "a.csv", content="1\n")
    _, cursor = look(shop)
    land(landing, "a.csv", content="1\n2\n")
    runs, cursor = look(shop, cursor)
    assert runs == 0
    runs, cursor = look(shop, cursor)
    assert runs == 1


def test_landing_arrival_asks_again_under_another_key_when_more_lands_later(shop, landing):
    land(landing, "a.csv")
    _, cursor = look(shop)
    first = landing_arrival(dg.build_sensor_context(cursor=cursor), shop)
    land(landing, "b.csv")
    _, cursor = look(shop, first.cursor)
    second = landing_arrival(dg.build_sensor_context(cursor=cursor), shop)
    assert len(second.run_requests) == 1
    assert second.run_requests[0].run_key != first.run_requests[0].run_key
