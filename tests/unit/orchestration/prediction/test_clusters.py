"""Clusters of planted buyers, from the warehouse's tables to the files in the lake."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from orchestration.environments import REPOSITORY
from orchestration.prediction.cluster_names import ClusterWord, cluster_name
from orchestration.prediction.registry import PREDICTIONS
from orchestration.prediction.step import PredictionReport, run_prediction

(CLUSTERS,) = [prediction for prediction in PREDICTIONS if prediction.name == "clusters"]
DAY, LATER = date(2026, 10, 31), date(2026, 11, 30)
SETTINGS = {"cluster_least_buyers": 100, "cluster_least": 4, "cluster_most": 8}

# recency, purchases, sales, interval, categories, discount share; a kind is 40 buyers.
KINDS: dict[str, tuple[float, float, float, float | None, float, float]] = {
    "loyal": (10, 12, 120_000, 30, 5, 0.0),
    "once": (300, 1, 3_000, None, 1, 0.0),
    "bargain": (60, 3, 8_000, 60, 2, 0.4),
    "gone": (600, 6, 50_000, 90, 3, 0.0),
}


def write_work_db(path: Path, buyers: list[tuple[Any, ...]]) -> None:
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema seeds; create schema intermediate")
        connection.execute("create table seeds.prediction_settings (setting text, value double)")
        connection.executemany(
            "insert into seeds.prediction_settings values (?, ?)", list(SETTINGS.items())
        )
        connection.execute(
            "create table seeds.cluster_words as select * from "
            f"read_csv('{REPOSITORY / 'dbt_project/seeds/cluster_words.csv'}')"
        )
        connection.execute(
            "create table intermediate.int_prediction__habits (person_id text, recency_days bigint,"
            " purchase_count bigint, net_sales decimal(18, 3), interval_days double,"
            " category_count bigint, discount_share double)"
        )
        if buyers:
            connection.executemany(
                "insert into intermediate.int_prediction__habits values (?, ?, ?, ?, ?, ?, ?)",
                buyers,
            )


def planted(shift: float = 1.0, size: int = 40) -> list[tuple[Any, ...]]:
    generator = np.random.default_rng(8)
    buyers = []
    for kind, habits in KINDS.items():
        for place in range(size):
            near = generator.uniform(0.9, 1.1, len(habits)) * shift
            values = [
                None if habit is None else habit * factor
                for habit, factor in zip(habits, near, strict=True)
            ]
            recency, count, sales, interval, categories, discount = values
            buyers.append(
                (
                    f"{kind}{place:02}",
                    round(recency or 0),
                    round(count or 0),
                    round(sales or 0),
                    interval,
                    round(categories or 0),
                    discount,
                )
            )
    return buyers


def cluster(home: Path, buyers: list[tuple[Any, ...]], day: date = DAY) -> PredictionReport:
    write_work_db(home / "warehouse.duckdb", buyers)
    return run_prediction(CLUSTERS, home / "warehouse.duckdb", home / "lake", day)


def table(home: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(
        home / "lake" / "predictions" / f"{name}.parquet"
    ).to_pylist()
    return rows


def labels(home: Path) -> Mapping[str, int]:
    return {row["person_id"]: row["cluster_no"] for row in table(home, "clusters")}


def test_planted_kinds_are_the_clusters_and_are_named_after_what_they_are(tmp_path: Path) -> None:
    cluster(tmp_path, planted())

    numbers = labels(tmp_path)
    for kind in KINDS:
        assert len({number for who, number in numbers.items() if who.startswith(kind)}) == 1
    # Numbered by mean sales, the highest first.
    assert {who: numbers[f"{who}00"] for who in KINDS} == {
        "loyal": 1,
        "gone": 2,
        "bargain": 3,
        "once": 4,
    }
    profiles = {row["cluster_no"]: row for row in table(tmp_path, "cluster_profiles")}
    assert [profiles[number]["persons"] for number in (1, 2, 3, 4)] == [40, 40, 40, 40]
    # z-scores of logarithms; those of sales, 11.7, 10.8, 9.0 and 8.0, have mean 9.87, spread 1.46.
    # Loyal: intervals -1.6, recency -1.4, categories 1.4.
    # Gone: intervals 1.2, recency 1.1, sales 0.6.
    assert profiles[1]["label_ja"] == "短い間隔・最近購入・幅広く購入"
    assert profiles[2]["label_en"] == "long intervals, lapsing, high spend"
    # Discount 1.7, sales -0.6; purchases and categories -1.4, sales -1.3.
    assert profiles[3]["label_en"] == "discount buyers, low spend"
    assert set(profiles[4]["label_en"].split(", ")) == {
        "few purchases",
        "few categories",
        "low spend",
    }
    assert profiles[1]["median_purchase_count"] == 12
    assert profiles[4]["median_interval_days"] is None
    assert profiles[1]["stability"] == pytest.approx(1.0)
    (run,) = table(tmp_path, "cluster_runs")
    assert (run["status"], run["rows_seen"]) == ("fitted", 160)


def test_the_medoid_is_the_member_nearest_the_centre(tmp_path: Path) -> None:
    cluster(tmp_path, planted())

    for number in (1, 2, 3, 4):
        members = [row for row in table(tmp_path, "clusters") if row["cluster_no"] == number]
        ranked = sorted(
            (row for row in members if row["medoid_rank"]), key=lambda row: row["medoid_rank"]
        )
        assert [row["medoid_rank"] for row in ranked] == [1, 2, 3, 4, 5]
        assert ranked[0]["distance"] == min(row["distance"] for row in members)


def test_shuffled_buyers_get_the_same_clusters(tmp_path: Path) -> None:
    buyers = planted()
    for name in ("straight", "shuffled"):
        (tmp_path / name).mkdir()
    cluster(tmp_path / "straight", buyers)
    cluster(
        tmp_path / "shuffled",
        [buyers[place] for place in np.random.default_rng(1).permutation(len(buyers))],
    )

    assert labels(tmp_path / "shuffled") == labels(tmp_path / "straight")


def test_numbers_stay_when_the_order_of_sales_turns_round(tmp_path: Path) -> None:
    cluster(tmp_path, planted())
    before = labels(tmp_path)
    # Those who left gain the most sales: numbered anew, they would be cluster 1.
    turned = [
        (*row[:3], row[3] * 4, *row[4:]) if row[0].startswith("gone") else row for row in planted()
    ]

    cluster(tmp_path, turned, LATER)

    assert labels(tmp_path) == before
    assert not any(row["is_new"] for row in table(tmp_path, "cluster_profiles"))
    days = {row["as_of_date"] for row in table(tmp_path, "cluster_centroids")}
    assert days == {DAY, LATER}


def test_a_past_day_does_not_look_at_the_clusters_of_a_later_one(tmp_path: Path) -> None:
    cluster(tmp_path, planted(), LATER)

    cluster(tmp_path, planted(), DAY)

    assert all(row["is_new"] for row in table(tmp_path, "cluster_profiles"))


def test_running_a_day_again_gives_the_same_rows(tmp_path: Path) -> None:
    cluster(tmp_path, planted())
    before = labels(tmp_path), table(tmp_path, "cluster_profiles")

    cluster(tmp_path, planted())

    assert (labels(tmp_path), table(tmp_path, "cluster_profiles")) == before
    assert len(table(tmp_path, "cluster_centroids")) == 4


@pytest.mark.parametrize(("buyers", "clusters"), [(99, 0), (100, 100), (0, 0)])
def test_too_few_buyers_have_no_clusters_and_a_reason(
    tmp_path: Path, buyers: int, clusters: int
) -> None:
    every_kind = [row for place in range(40) for row in planted()[place::40]]

    cluster(tmp_path, every_kind[:buyers])

    assert len(table(tmp_path, "clusters")) == clusters
    (run,) = table(tmp_path, "cluster_runs")
    assert (run["reason"] == f"{buyers} buyers; 100 are needed") == (clusters == 0)


def test_buyers_who_are_all_alike_have_no_clusters_and_a_reason(tmp_path: Path) -> None:
    cluster(tmp_path, [(f"p{place:03}", 1, 1, 100, None, 1, 0.0) for place in range(150)])

    (run,) = table(tmp_path, "cluster_runs")
    assert (run["status"], run["reason"]) == ("too_few_data", "1 distinct points make no 4 groups")
    assert table(tmp_path, "clusters") == []


WORDS = [
    ClusterWord("sales", "high", 0.5, "高額", "high spend"),
    ClusterWord("sales", "low", 0.5, "少額", "low spend"),
    ClusterWord("recency", "low", 0.5, "最近購入", "recent"),
]


@pytest.mark.parametrize(
    ("sales", "recency", "name"),
    [
        (0.5, 0.0, ("高額", "high spend")),
        (0.49, 0.0, ("平均的", "average")),
        (-0.5, -0.5, ("少額・最近購入", "low spend, recent")),
        (-0.6, -0.7, ("最近購入・少額", "recent, low spend")),
        (0.0, 2.0, ("平均的", "average")),
    ],
)
def test_cluster_name_holds_the_words_that_reach_their_score_the_strongest_first(
    sales: float, recency: float, name: tuple[str, str]
) -> None:
    assert cluster_name({"sales": sales, "recency": recency}, WORDS) == name


def test_clusters_do_not_hang_on_the_order_of_the_buyers(tmp_path: Path) -> None:
    buyers = planted()
    for home, order in (("one", buyers), ("other", buyers[::-1])):
        (tmp_path / home).mkdir()
        cluster(tmp_path / home, order)
    for name in ("clusters", "cluster_profiles"):
        assert table(tmp_path / "one", name) == table(tmp_path / "other", name)
