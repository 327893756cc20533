from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.publication.editions import (
    Edition,
    current,
    exclusive,
    history,
    prune,
    rollback,
)
from orchestration.publication.errors import NoPublicationError, PublicationRefused


def ids(published: Path) -> list[str]:
    return [publication.publication_id for publication in history(published)]


def test_current_is_none_when_nothing_was_published(tmp_path: Path) -> None:
    assert current(tmp_path / "published") is None
    assert history(tmp_path / "published") == ()


def test_current_names_the_publication_itself_when_the_link_moves(shop: Any) -> None:
    first = shop.publish().publication
    shop.publish()
    assert first.warehouse == shop.published / "pub1" / "warehouse.duckdb"
    assert first.warehouse.is_file()


def test_rollback_goes_back_one_each_time_when_called_twice(shop: Any) -> None:
    for _ in range(3):
        shop.publish()
    assert rollback(shop.published).publication_id == "pub2"
    assert rollback(shop.published).publication_id == "pub1"
    served = current(shop.published)
    assert served is not None
    assert served.publication_id == "pub1"
    assert ids(shop.published) == ["pub3", "pub2", "pub1"]


def test_rollback_serves_the_named_one_when_it_is_newer(shop: Any) -> None:
    shop.publish()
    shop.publish()
    rollback(shop.published)
    assert rollback(shop.published, "pub2") == current(shop.published)


def test_rollback_says_so_when_there_is_nothing_earlier(shop: Any) -> None:
    with pytest.raises(NoPublicationError, match="nothing was published yet"):
        rollback(shop.published)
    shop.publish()
    with pytest.raises(NoPublicationError, match="no publication before pub1"):
        rollback(shop.published)
    with pytest.raises(NoPublicationError, match="no publication pub9; kept are: pub1"):
        rollback(shop.published, "pub9")


def test_rollback_to_a_named_one_works_when_the_link_leads_nowhere(shop: Any) -> None:
    shop.publish()
    shutil.rmtree(shop.publish().publication.folder)
    with pytest.raises(NoPublicationError, match="current leads to pub2, which is not there"):
        current(shop.published)
    assert rollback(shop.published, "pub1") == current(shop.published)


def test_publish_compares_with_the_served_one_when_rolled_back(shop: Any) -> None:
    shop.publish()
    shop.build("delete from segments.seg_winback where person_id = 'p1'")
    shop.publish()
    rollback(shop.published)
    counts = {t.name: t.previous_row_count for t in shop.publish().publication.tables}
    assert counts["segments.seg_winback"] == 40


def test_prune_spares_the_current_when_it_is_old(shop: Any) -> None:
    for _ in range(4):
        shop.publish()
    rollback(shop.published, "pub1")
    assert prune(shop.published, 2) == ("pub2",)
    assert ids(shop.published) == ["pub4", "pub3", "pub1"]


def test_publish_refuses_when_another_holds_the_folder(shop: Any) -> None:
    with exclusive(shop.published), pytest.raises(PublicationRefused, match="another process"):
        shop.publish()


@pytest.mark.parametrize("name", ["", "current", "../x", "a b", ".hidden", "x.tmp"])
def test_edition_refuses_an_id_when_it_is_no_folder_name(name: str) -> None:
    with pytest.raises(ValueError, match="no publication id"):
        Edition(name, "sample", "run1", date(2026, 10, 31), datetime.fromisoformat("2026-11-01"))


def test_edition_refuses_a_time_when_it_has_a_zone() -> None:
    with pytest.raises(ValueError, match="give UTC without one"):
        Edition("pub1", "sample", "run1", date(2026, 10, 31), datetime(2026, 11, 1, tzinfo=UTC))
