import json
from pathlib import Path

from orchestration.alerts.announce import Change, Standing, announce


def heard(log: list[str], *, fails: bool = False):
    def tell(change: Change) -> None:
        if fails:
            raise ConnectionError("down")
        log.append(change.text())

    return tell


def test_announce_tells_each_change_once_and_the_recovery(tmp_path: Path) -> None:
    log: list[str] = []
    told = tmp_path / "told.json"
    statuses = ["delivered", "failed", "failed", "awaiting_approval", "unchanged", "delivered"]
    for status in statuses:
        announce([Standing("sync a", status, "why")], told, {"x": heard(log)})
    assert log == [
        "Enishi: sync a is failed: why",
        "Enishi: sync a is awaiting_approval (was failed): why",
        "Enishi: sync a is unchanged (was awaiting_approval): why",
    ]


def test_announce_says_nothing_when_all_is_well_from_the_start(tmp_path: Path) -> None:
    log: list[str] = []
    assert announce([Standing("build", "ok")], tmp_path / "t.json", {"x": heard(log)}) == ([], [])
    assert log == []


def test_announce_tells_a_target_that_was_down_later_and_the_others_not_again(
    tmp_path: Path,
) -> None:
    up: list[str] = []
    late: list[str] = []
    told = tmp_path / "told.json"
    standing = [Standing("build", "failed")]
    _, failures = announce(standing, told, {"a": heard(late, fails=True), "b": heard(up)})
    assert failures == ["a: ConnectionError"]
    announce(standing, told, {"a": heard(late), "b": heard(up)})
    assert (len(late), len(up)) == (1, 1)
    assert json.loads(told.read_text())["a"] == {"build": "failed"}


def test_announce_remembers_each_subject_for_itself(tmp_path: Path) -> None:
    log: list[str] = []
    told = tmp_path / "told.json"
    announce([Standing("build", "failed")], told, {"x": heard(log)})
    announce([Standing("sync a", "failed"), Standing("build", "failed")], told, {"x": heard(log)})
    assert log == ["Enishi: build is failed", "Enishi: sync a is failed"]
