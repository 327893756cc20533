from datetime import date, datetime
from pathlib import Path

from orchestration.publication.editions import Edition, Publication
from orchestration.publication.gates import GateBook, GateRecord
from orchestration.shops.concerns import sending_concerns
from orchestration.workspace import Workspace


def published(at: datetime) -> Publication:
    edition = Edition("p1", "sample", "r1", date(2026, 10, 31), at)
    return Publication(Path("p1"), edition, ())


def test_sending_concerns_name_the_gate_that_kept_a_later_build_back(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    stage = "outbound/seg_winback"
    records = [GateRecord(stage, "not_far_larger", False, "error", "40 rows, 10 before")]
    GateBook(workspace.gates).record("run2", stage, records)
    (concern,) = sending_concerns(workspace, published(datetime(2026, 10, 31)))  # noqa: DTZ001 - published instants are naive UTC
    assert concern.code == "gate_failed"
    assert "gate outbound/seg_winback, check not_far_larger;" in concern.message
    later = published(datetime(2100, 1, 1))  # noqa: DTZ001 - the same
    assert sending_concerns(workspace, later) == ()


def test_sending_concerns_are_none_when_nothing_ran_since(tmp_path: Path) -> None:
    assert sending_concerns(Workspace(tmp_path), published(datetime(2026, 10, 31))) == ()  # noqa: DTZ001 - the same
