"""Where a shop's files live."""

from pathlib import Path

from orchestration.workspace import Workspace

PLACES = {
    "landing": "landing",
    "lake": "lake",
    "work": "work",
    "work_db": "work/warehouse.duckdb",
    "gates": "work/gates",
    "dbt_target": "work/dbt",
    "published": "published",
    "state": "state",
    "plans": "state/plans",
    "outbox": "outbox",
    "reports": "reports",
}


def test_workspace_keeps_every_place_below_the_shop_s_folder():
    workspace = Workspace(Path("home/sample"))
    places = {name: getattr(workspace, name).relative_to(workspace.root) for name in PLACES}
    assert places == {name: Path(place) for name, place in PLACES.items()}


def test_workspace_makes_no_folder_when_it_is_asked_for_its_places(tmp_path):
    workspace = Workspace(tmp_path / "shop")
    for name in PLACES:
        getattr(workspace, name)
    assert list(tmp_path.iterdir()) == []


def test_what_a_rebuild_throws_away_holds_nothing_that_must_survive():
    workspace = Workspace(Path("home/sample"))
    kept = [workspace.landing, workspace.lake, workspace.published, workspace.state]
    assert [place for place in kept if place.is_relative_to(workspace.work)] == []
