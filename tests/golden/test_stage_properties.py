"""Whatever persons do, the ladder says of every day what the rules say: the models' compiled SQL.

The expected stage is found day by day with decision 0013; the models only look at days that turn.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.golden.building import DBT_PROJECT, run_dbt
from tests.published_tables import create_published_tables

pytestmark = pytest.mark.slow

AS_OF = date(2026, 10, 31)
NOON = time(3)
"""In UTC, for a shop in Tokyo."""
SEEDS = ("stage_limits", "lead_score_rules", "lead_score_bands")
MODELS = {
    "int_stage__limits": "intermediate",
    "int_purchases": "intermediate",
    "int_person__web": "intermediate",
    "int_person__messages": "intermediate",
    "int_stage__signals": "intermediate",
    "int_stage__prospects": "intermediate",
    "int_stage__bursts": "intermediate",
    "int_stage__lead_turns": "intermediate",
    "int_stage__lead_changes": "intermediate",
    "int_stage__customer_changes": "intermediate",
    "int_stage__person_changes": "intermediate",
    "int_person__stages": "intermediate",
    "fct_stage_transitions": "marts",
    "int_lead__points": "intermediate",
    "int_lead__reasons": "intermediate",
    "int_lead__crossings": "intermediate",
    "rpt_lead_scores": "marts",
}
INPUTS = {
    "int_persons": "person_id varchar, first_seen_at timestamp, registered_at timestamp",
    "int_person__consent_words": "person_id varchar, occurred_at timestamp, is_opt_in boolean",
    "int_web__session_events": (
        "session_id varchar, web_event_id varchar, event_type varchar, source_product_id varchar,"
        " occurred_date date, occurred_at timestamp"
    ),
    "int_stage__browser_changes": (
        "source varchar, anonymous_id varchar, changed_on date, from_stage varchar,"
        " to_stage varchar"
    ),
    "int_lead__events": "person_id varchar, occurred_at timestamp, event varchar, events integer",
}
VIEWS = {
    "int_person__consents": (
        "select person_id, max(case when is_opt_in then occurred_at end) as last_opt_in_at"
        " from intermediate.int_person__consent_words group by person_id"
    ),
    "int_person__orders": (
        "select person_id, count(*) as purchase_count, min(purchase_date) as first_purchase_date,"
        " max(purchase_date) as last_purchase_date,"
        " max(case when purchase_no = 2 then purchase_date end) as second_purchase_date"
        " from intermediate.int_purchases group by person_id"
    ),
}
FILLED = (
    *(f"intermediate.{table}" for table in INPUTS),
    *("marts.fct_web_sessions", "marts.fct_message_events", "marts.fct_orders"),
)
SIGNS = {"opt_in", "click", "session", "cart", "view"}


@dataclass(frozen=True)
class Life:
    """A person's record, and what came, from as_of_date back: (days before the next, what)."""

    record_age: int
    is_member: bool
    gaps: tuple[tuple[int, str], ...]

    @cached_property
    def facts(self) -> list[tuple[date, str]]:
        """Day and kind, in order of time."""
        days, day = [], AS_OF
        for gap, kind in self.gaps:
            day -= timedelta(days=gap)
            days.append((day, kind))
        return days[::-1]

    def days_of(self, *kinds: str) -> list[date]:
        return [day for day, kind in self.facts if kind in kinds]

    @cached_property
    def begins_on(self) -> date:
        """An order is a record, too."""
        return min([AS_OF - timedelta(days=self.record_age), *self.days_of("purchase")])

    def stage_on(self, day: date) -> str:
        """The stage by decision 0013."""
        purchases = {when for when in self.days_of("purchase") if when <= day}
        if purchases:
            if (day - max(purchases)).days >= 240:
                return "dormant_customer"
            return "repeater" if len(purchases) > 1 else "customer"
        carts = [when for when in self.days_of("cart") if 0 <= (day - when).days < 14]
        views = [when for when in self.days_of("view") if 0 <= (day - when).days < 7]
        if carts or len(views) >= 3:
            return "hot_lead"
        signs = [self.begins_on, *self.days_of(*SIGNS)]
        return "lead" if any(0 <= (day - when).days < 180 for when in signs) else "dormant_lead"

    @property
    def changes(self) -> list[tuple[date, str]]:
        """Each day on which the stage is another than the day before, with that stage."""
        span = (AS_OF - self.begins_on).days
        days = [self.begins_on + timedelta(days=number) for number in range(span + 1)]
        stages = [(day, self.stage_on(day)) for day in days]
        return stages[:1] + [after for before, after in pairwise(stages) if before[1] != after[1]]


gaps = st.one_of(
    st.integers(0, 20), st.sampled_from([6, 7, 13, 14, 15, 179, 180, 181, 239, 240, 241])
)
kinds = st.sampled_from([*sorted(SIGNS), "view", "view", "robot", "opt_out", "purchase"])
lives = st.builds(
    Life,
    record_age=st.one_of(st.sampled_from([0, 179, 180, 181]), st.integers(0, 500)),
    is_member=st.booleans(),
    gaps=st.lists(st.tuples(gaps, kinds), max_size=7).map(tuple),
)


def _life(*gaps: tuple[int, str]) -> Life:
    return Life(record_age=500, is_member=True, gaps=gaps)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The seeds, empty inputs, and each model as a view on them."""
    workspace = tmp_path_factory.mktemp("ladder")
    variables = {"as_of_date": AS_OF.isoformat()}
    assert run_dbt(workspace, "compile", "--select", *MODELS, variables=variables) == []
    files = {file.stem: file for file in (workspace / "target" / "compiled").rglob("*.sql")}
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        create_published_tables(connection)
        connection.execute("create schema seeds; create schema intermediate")
        for seed in SEEDS:
            file = DBT_PROJECT / "seeds" / f"{seed}.csv"
            connection.execute(f"create table seeds.{seed} as from read_csv('{file}')")
        for table, columns in INPUTS.items():
            connection.execute(f"create table intermediate.{table} ({columns})")
        for model, schema in MODELS.items():
            connection.execute(f"drop table if exists {schema}.{model}")
            sql = files[model].read_text(encoding="utf-8")
            connection.execute(f"create view {schema}.{model} as {sql}")
            if model == "int_purchases":
                for view, query in VIEWS.items():
                    connection.execute(f"create view intermediate.{view} as {query}")
        yield connection


def _fill(warehouse: duckdb.DuckDBPyConnection, persons: list[Life]) -> None:
    for table in FILLED:
        warehouse.execute(f"truncate {table}")
    for number, life in enumerate(persons):
        person = f"p{number}"
        seen = datetime.combine(life.begins_on, NOON)
        _insert(
            warehouse,
            "intermediate.int_persons",
            person_id=person,
            first_seen_at=seen,
            registered_at=seen if life.is_member else None,
        )
        days = sorted(set(life.days_of("purchase")))
        for place, (day, kind) in enumerate(life.facts):
            key = f"{person}-{place}"
            match kind:
                case "opt_in" | "opt_out":
                    _add_word(warehouse, person, day, is_opt_in=kind == "opt_in")
                case "click" | "robot":
                    _add_click(warehouse, person, day, is_human=kind == "click")
                case "purchase":
                    _add_order(warehouse, person, key, day, number=days.index(day) + 1)
                case _:
                    _add_session(warehouse, person, key, day, kind)


def _add_word(
    warehouse: duckdb.DuckDBPyConnection, person: str, day: date, *, is_opt_in: bool
) -> None:
    _insert(
        warehouse,
        "intermediate.int_person__consent_words",
        person_id=person,
        occurred_at=datetime.combine(day, NOON),
        is_opt_in=is_opt_in,
    )


def _add_click(
    warehouse: duckdb.DuckDBPyConnection, person: str, day: date, *, is_human: bool
) -> None:
    _insert(
        warehouse,
        "marts.fct_message_events",
        person_id=person,
        event_type="click",
        event_date=day,
        is_human_engagement=is_human,
    )


def _add_order(
    warehouse: duckdb.DuckDBPyConnection, person: str, key: str, day: date, *, number: int
) -> None:
    _insert(
        warehouse,
        "marts.fct_orders",
        person_id=person,
        order_id=key,
        purchase_no=number,
        ordered_date=day,
        ordered_at=datetime.combine(day, NOON),
        is_purchase=True,
    )


def _add_session(
    warehouse: duckdb.DuckDBPyConnection, person: str, key: str, day: date, kind: str
) -> None:
    _insert(
        warehouse,
        "marts.fct_web_sessions",
        person_id=person,
        session_id=key,
        session_date=day,
        cart_adds=int(kind == "cart"),
        checkouts=0,
    )
    _insert(
        warehouse,
        "intermediate.int_web__session_events",
        session_id=key,
        web_event_id=key,
        event_type="product_view" if kind == "view" else "page_view",
        source_product_id="tea" if kind == "view" else None,
        occurred_date=day,
        occurred_at=datetime.combine(day, NOON),
    )


def _insert(warehouse: duckdb.DuckDBPyConnection, table: str, **row: Any) -> None:
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    warehouse.execute(f"insert into {table} ({columns}) values ({marks})", list(row.values()))


def _chains(
    warehouse: duckdb.DuckDBPyConnection, persons: int
) -> list[list[tuple[str | None, str, date]]]:
    rows = warehouse.execute(
        "select subject_id, from_stage, to_stage, changed_on from marts.fct_stage_transitions"
        " order by subject_id, change_no"
    ).fetchall()
    return [[row[1:] for row in rows if row[0] == f"p{number}"] for number in range(persons)]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(lives, min_size=1, max_size=6))
# Silent for one day too few, long enough, and broken on the very day.
@example([_life((239, "purchase")), _life((240, "purchase")), _life((1, "purchase"))])
@example([_life((5, "purchase"), (240, "purchase")), _life((5, "purchase"), (241, "purchase"))])
@example([_life((3, "purchase"), (0, "purchase")), _life((2, "click"), (180, "click"))])
def test_stage_of_every_day_is_that_of_the_rules(
    warehouse: duckdb.DuckDBPyConnection, persons: list[Life]
) -> None:
    _fill(warehouse, persons)
    chains = _chains(warehouse, len(persons))
    for life, chain in zip(persons, chains, strict=True):
        assert [(day, stage) for _, stage, day in chain] == life.changes
        assert chain[0][0] is None
        assert [link[0] for link in chain[1:]] == [link[1] for link in chain[:-1]]
        assert all(before != after for before, after, _ in chain)
        assert all(before[2] < after[2] for before, after in pairwise(chain))
    # What the ladder says of today stands at the end of every chain.
    today = warehouse.execute(
        "select stage, stage_entered_date from intermediate.int_person__stages order by person_id"
    ).fetchall()
    assert today == [chain[-1][1:] for chain in chains]


events = st.tuples(
    st.sampled_from(
        ["product_view", "search", "favorite", "cart_add", "mail_click", "mail_open", "opt_in"]
    ),
    st.integers(0, 400),
)


def _score(told: list[tuple[str, int]]) -> float:
    """Points by the seed: each fades by its half-life, each kind of event only up to its cap."""
    with (DBT_PROJECT / "seeds/lead_score_rules.csv").open(encoding="utf-8") as lines:
        rules = {rule["event"]: rule for rule in csv.DictReader(lines)}
    score = 0.0
    for event in {event for event, _ in told}:
        points, cap = float(rules[event]["points"]), float(rules[event]["cap"])
        half_life = float(rules[event]["half_life_days"] or "inf")
        # From the noon of its day to the midnight that ends as_of_date.
        days = [age + 0.5 for kind, age in told if kind == event]
        gathered = sum(points * 0.5 ** (day / half_life) for day in days)
        score += max(-cap, min(cap, gathered))
    return score


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(events, max_size=10), st.lists(st.integers(0, 400), max_size=2), events)
def test_lead_score_is_that_of_the_seed_and_does_not_fall_when_more_is_done(
    warehouse: duckdb.DuckDBPyConnection,
    done: list[tuple[str, int]],
    refused: list[int],
    more: tuple[str, int],
) -> None:
    for table in FILLED:
        warehouse.execute(f"truncate {table}")
    before = [*done, *(("refusal", age) for age in refused)]
    # The second person does what the first does, and one thing more on a day of those.
    event, age = more
    days = sorted({age for _, age in before}) or [age]
    after = [*before, (event, days[age % len(days)])]
    for person, told in (("p0", before), ("p1", after)):
        _insert(warehouse, "intermediate.int_persons", person_id=person)
        for (kind, day), count in Counter(told).items():
            _insert(
                warehouse,
                "intermediate.int_lead__events",
                person_id=person,
                occurred_at=datetime.combine(AS_OF - timedelta(days=day), NOON),
                event=kind,
                events=count,
            )
    (less, was_above), (score, is_above) = warehouse.execute(
        "select score, is_above_threshold from marts.rpt_lead_scores order by person_id"
    ).fetchall()
    assert less == pytest.approx(_score(before), abs=1e-5)
    assert score == pytest.approx(_score(after), abs=1e-5)
    assert score >= less
    assert is_above >= was_above
