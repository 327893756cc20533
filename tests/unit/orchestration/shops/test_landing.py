"""Filling the landing zone: copied, the shop's own, generated."""

from datetime import date

import pytest

from orchestration.environments import read_settings
from orchestration.shops.landing import fill_landing
from orchestration.shops.profile import (
    CopiedLanding,
    GeneratedLanding,
    OwnLanding,
    ShopError,
    ShopProfile,
    SourceUse,
)
from orchestration.workspace import Workspace

RECIPE = GeneratedLanding(kind="generated", persons=3, seed=1, end_date=date(2026, 10, 31))


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "home" / "tiny")


@pytest.fixture
def fill(tmp_path, workspace):
    """Fills the landing zone of the shop tiny and gives the file count and what was said."""

    def run(landing):
        profile = ShopProfile(
            name="tiny",
            title="Tiny",
            time_zone="Asia/Tokyo",
            currency="JPY",
            sources=[SourceUse(source="orders"), SourceUse(source="mall")],
            landing=landing,
        )
        said = []
        files = fill_landing(
            profile,
            workspace,
            settings=read_settings({}),
            repository=tmp_path / "repository",
            progress=said.append,
        )
        return files, said

    return run


@pytest.fixture
def shipped(tmp_path):
    """A file that the repository ships."""
    path = tmp_path / "repository" / "data" / "orders.csv"
    path.parent.mkdir(parents=True)
    path.write_text("number\n1\n", encoding="utf-8")
    return CopiedLanding(kind="copied", files={"orders": ["data/orders.csv"]})


def test_fill_landing_copies_the_files_of_the_repository(fill, shipped, workspace):
    assert fill(shipped) == (1, [])
    assert (workspace.landing / "orders" / "orders.csv").read_text("utf-8") == "number\n1\n"


def test_fill_landing_leaves_a_file_alone_when_it_is_there_already(fill, shipped, workspace):
    fill(shipped)
    landed = workspace.landing / "orders" / "orders.csv"
    landed.write_text("number\n2\n", encoding="utf-8")
    assert fill(shipped) == (1, [])
    assert landed.read_text("utf-8") == "number\n2\n"


def test_fill_landing_names_the_file_when_the_repository_lacks_it(fill):
    missing = CopiedLanding(kind="copied", files={"orders": ["data/gone.csv"]})
    with pytest.raises(ShopError, match=r"^data/gone\.csv is missing from the repository"):
        fill(missing)


def test_fill_landing_names_the_sources_when_the_shop_s_own_landing_zone_is_empty(fill):
    with pytest.raises(ShopError) as error:
        fill(OwnLanding())
    assert str(error.value) == (
        "The landing zone of tiny is empty. Put the exports of orders, mall into "
        "landing/<source>/ of the shop's folder (docs/sources/ says which files)."
    )


def test_fill_landing_counts_files_and_no_dotfile_when_the_shop_lands_its_own(fill, workspace):
    folder = workspace.landing / "orders"
    folder.mkdir(parents=True)
    (folder / ".DS_Store").touch()
    with pytest.raises(ShopError, match="is empty"):
        fill(OwnLanding())
    (folder / "a.csv").touch()
    assert fill(OwnLanding()) == (1, [])


def test_fill_landing_generates_once_and_anew_when_the_recipe_changes(fill, workspace):
    files, said = fill(RECIPE)
    assert said == ["Generating the sample shop: 3 persons"]
    assert files == sum(path.is_file() for path in workspace.landing.rglob("*"))
    mark = workspace.landing / "orders" / "mark.csv"
    mark.parent.mkdir()
    mark.touch()

    assert fill(RECIPE) == (files + 1, [])

    _, said = fill(RECIPE.model_copy(update={"persons": 4}))
    assert said == ["Generating the sample shop: 4 persons"]
    assert not mark.exists()


def test_fill_landing_generates_anew_when_the_last_time_was_broken_off(fill, workspace):
    fill(RECIPE)
    (workspace.root / "generated.json").unlink()
    half = workspace.landing / "half.csv"
    half.touch()
    assert fill(RECIPE)[1] == ["Generating the sample shop: 3 persons"]
    assert not half.exists()
