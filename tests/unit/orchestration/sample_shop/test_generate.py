import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.sample_shop.generate import generate

MORE_PERSONS = 40


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_generate_writes_the_same_bytes_when_called_again(
    shop: Path, tmp_path: Path, write_shop: Callable[..., Path]
) -> None:
    again = write_shop(tmp_path)
    assert fingerprints(again) == fingerprints(shop)


def test_generate_writes_another_shop_when_the_seed_differs(
    shop: Path, tmp_path: Path, write_shop: Callable[..., Path]
) -> None:
    other = fingerprints(write_shop(tmp_path, seed=8))
    same = fingerprints(shop)
    members = "landing/ec_cube/members_2026-10-31.csv"
    assert other[members] != same[members]
    assert other["truth/orders.parquet"] != same["truth/orders.parquet"]


def test_generate_leaves_the_earlier_persons_alone_when_more_are_added(
    tmp_path: Path, write_shop: Callable[..., Path]
) -> None:
    """Each household has numbers of its own, so files only grow and nothing is held back."""
    few = write_shop(tmp_path / "few", persons=100)
    more = write_shop(tmp_path / "more", persons=100 + MORE_PERSONS)
    relative = "landing/web/events_2026-08.ndjson"
    first = (few / relative).read_text(encoding="utf-8")
    assert len(first) > 1_000
    # The last household may have been cut at 100 persons.
    shared = first.splitlines()[: len(first.splitlines()) // 2]
    assert (more / relative).read_text(encoding="utf-8").splitlines()[: len(shared)] == shared


def test_generate_counts_what_it_wrote(tmp_path: Path) -> None:
    seen: list[int] = []
    summary = generate(
        tmp_path,
        click_key="key",
        persons=30,
        end_date=date(2026, 3, 31),
        days=90,
        on_progress=seen.append,
    )
    files = [path for path in (tmp_path / "landing").rglob("*") if path.is_file()]
    assert summary.persons == 30
    assert summary.files == len(files)
    assert seen[-1] == 30
    assert seen == sorted(seen)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["landing", "truth"]


def test_generate_works_when_the_shop_has_one_person(tmp_path: Path) -> None:
    summary = generate(tmp_path, click_key="key", persons=1, end_date=date(2026, 3, 31), days=60)
    assert summary.broken_rows == 0
    assert (tmp_path / "landing/product_master/products_2026-03-31.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"persons": 0}, "persons is 0"), ({"days": 59}, "days is 59")],
    ids=["no person", "too few days"],
)
def test_generate_refuses_when_the_shop_is_too_small(
    tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        generate(tmp_path, click_key="key", **arguments)


def test_generate_refuses_when_landing_already_holds_files(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    kept = tmp_path / "landing" / "mine.csv"
    kept.write_text("a\n", encoding="utf-8")
    with pytest.raises(FileExistsError, match="landing"):
        generate(tmp_path, click_key="key", persons=5)
    assert kept.read_text(encoding="utf-8") == "a\n"
