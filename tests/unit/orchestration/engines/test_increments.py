"""A step is built in increments only while what it rests on stands."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.engines.increments import Basis, Increments, digest, project_digest

STEPS = ["stage1", "stage2", "stage3"]
BASIS = Basis("project", "settings", "2026-10-31", ["web-1", "web-2"])


@pytest.fixture
def built(tmp_path: Path) -> Increments:
    """The record of a shop whose three steps stand."""
    increments = Increments(tmp_path / "work" / "increments.json", STEPS)
    for step in STEPS:
        increments.begin(step, BASIS)
        increments.finish(step)
    return increments


def test_the_first_build_of_every_step_is_whole(tmp_path: Path) -> None:
    increments = Increments(tmp_path / "increments.json", STEPS)
    for step in STEPS:
        assert increments.begin(step, BASIS)
        increments.finish(step)


def test_the_same_again_is_an_increment(built: Increments) -> None:
    assert [built.begin(step, BASIS) for step in STEPS] == [False, False, False]


@pytest.mark.parametrize(
    "later",
    [
        replace(BASIS, day="2026-11-01"),
        replace(BASIS, batches=["web-1", "web-2", "web-3"]),
        replace(BASIS, batches=["web-2", "web-1"]),
    ],
    ids=["a later day", "one more batch", "the same batches in another order"],
)
def test_what_only_grows_is_an_increment(built: Increments, later: Basis) -> None:
    assert not built.begin("stage1", later)


@pytest.mark.parametrize(
    "other",
    [
        replace(BASIS, project="another"),
        replace(BASIS, settings="others"),
        replace(BASIS, day="2026-10-30"),
        replace(BASIS, batches=["web-1", "web-3"]),
    ],
    ids=["project", "settings", "the day before", "a batch that is gone"],
)
def test_what_does_not_grow_is_built_as_a_whole(built: Increments, other: Basis) -> None:
    for step in STEPS:
        assert built.begin(step, other)
        built.finish(step)
    assert not built.begin("stage1", other)


def test_a_whole_build_that_broke_is_begun_anew(built: Increments) -> None:
    changed = replace(BASIS, project="another")
    assert built.begin("stage1", changed)
    assert built.begin("stage1", changed)


def test_an_increment_that_broke_goes_on_but_never_back(built: Increments) -> None:
    assert not built.begin("stage1", replace(BASIS, day="2026-11-02"))
    assert not built.begin("stage1", replace(BASIS, day="2026-11-02"))
    assert built.begin("stage1", replace(BASIS, day="2026-11-01"))


def test_the_steps_after_a_whole_build_are_built_as_a_whole(built: Increments) -> None:
    assert built.begin("stage2", replace(BASIS, project="another"))
    built.finish("stage2")
    assert built.begin("stage1", replace(BASIS, project="another"))
    built.finish("stage1")
    assert built.begin("stage2", replace(BASIS, project="another"))


def test_the_project_is_its_models_seeds_and_settings(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    model = tmp_path / "models" / "a.sql"
    model.write_text("select 1")
    first = project_digest(tmp_path)
    (tmp_path / "dbt.log").write_text("said")
    assert project_digest(tmp_path) == first
    model.write_text("select 2")
    changed = project_digest(tmp_path)
    model.rename(tmp_path / "models" / "b.sql")
    assert len({first, changed, project_digest(tmp_path)}) == 3


def test_texts_of_a_digest_do_not_run_together() -> None:
    assert digest(["ab", "c"]) != digest(["a", "bc"])
