"""What must hold of pairs and next products whatever was bought: the models on random purchases."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden.building import DBT_PROJECT, run_dbt
from tests.published_tables import create_published_tables

AS_OF = date(2026, 10, 31)
INPUTS = ("marts.fct_order_lines", "marts.dim_products", "intermediate.int_person__products")
MODELS = (
    "int_products__items",
    "int_person__item_days",
    "int_products__cycles",
    "int_person__repurchases",
    "int_products__order_pairs",
    "int_products__next_pairs",
    "int_products__affinities",
    "int_products__links",
    "int_products__sellable",
    "int_person__item_standing",
    "int_person__linked_items",
    "int_person__best_sellers",
    "int_person__next_products",
    "rpt_repurchase_due",
    "rpt_basket_affinity",
    "rpt_next_products",
    "rpt_next_product_exclusions",
)
Product = tuple[bool, int | None, bool, int | None, int]
Line = tuple[int, int, int, int, int]
Build = Callable[[list[Product], list[Line]], duckdb.DuckDBPyConnection]

products = st.lists(
    # is_active, stock, is_trial, pack days, product code
    st.tuples(
        st.booleans(),
        st.sampled_from([None, 0, 5]),
        st.booleans(),
        st.sampled_from([None, 30]),
        st.integers(0, 4),
    ),
    min_size=2,
    max_size=6,
)
lines = st.lists(
    # person, days ago, product, pieces, of these returned
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 250),
        st.integers(0, 5),
        st.integers(1, 3),
        st.sampled_from([0, 0, 0, 1]),
    ),
    min_size=1,
    max_size=60,
)


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Model -> its compiled query; pairs count from the first on."""
    workspace = tmp_path_factory.mktemp("properties")
    variables = {"as_of_date": AS_OF.isoformat(), "affinity_min_pairs": 1, "cycle_min_pairs": 2}
    assert run_dbt(workspace, "compile", "--select", *MODELS, variables=variables) == []
    compiled = workspace / "target" / "compiled" / "enishi" / "models"
    files = {file.stem: file for file in compiled.rglob("*.sql")}
    return {model: files[model].read_text(encoding="utf-8") for model in MODELS}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The inputs of the models, empty, in a database of the name that the queries give."""
    file = tmp_path_factory.mktemp("inputs") / "warehouse.duckdb"
    seed = DBT_PROJECT / "seeds" / "due_statuses.csv"
    with duckdb.connect(str(file)) as connection:
        create_published_tables(connection)
        connection.execute("create schema if not exists intermediate")
        connection.execute("create schema if not exists seeds")
        connection.execute(f"create table seeds.due_statuses as from read_csv('{seed}')")
        connection.execute(
            "create table intermediate.int_person__products "
            "(person_id varchar, favourite_category varchar)"
        )
        yield connection


def _fill(warehouse: duckdb.DuckDBPyConnection, shop: list[Product], bought: list[Line]) -> None:
    for table in INPUTS:
        warehouse.execute(f"delete from {table}")
    for number, (is_active, stock, is_trial, pack_days, code) in enumerate(shop):
        warehouse.execute(
            """
            insert into marts.dim_products by name
            select ? as product_id, 'ec_cube' as source, ? as product_code, ? as name,
                'tea' as category, ? as stock_quantity, ? as pack_days, ? as is_trial,
                ? as is_active, 10 - ? as units_sold
            """,
            [f"p{number}", f"c{code}", f"n{number}", stock, pack_days, is_trial, is_active, number],
        )
    for number, (person, age, product, pieces, returned) in enumerate(bought):
        warehouse.execute(
            """
            insert into marts.fct_order_lines by name
            select ? as order_line_id, ? as order_id, ? as person_id, ? as ordered_date,
                ? as product_id, ? as quantity, ? as returned_quantity, true as is_counted
            """,
            [
                str(number),
                f"{person}-{age}",
                f"person{person}",
                AS_OF - timedelta(days=age),
                f"p{product % len(shop)}",
                pieces,
                returned,
            ],
        )
    warehouse.execute(
        """
        insert into intermediate.int_person__products by name
        select distinct person_id, 'tea' as favourite_category from marts.fct_order_lines
        """
    )


@pytest.fixture(scope="module")
def built(warehouse: duckdb.DuckDBPyConnection, statements: dict[str, str]) -> Build:
    """Gives the database after the models have been built on what was bought in a shop."""

    def build(shop: list[Product], bought: list[Line]) -> duckdb.DuckDBPyConnection:
        _fill(warehouse, shop, bought)
        for model, query in statements.items():
            schema = "marts" if model.startswith("rpt_") else "intermediate"
            warehouse.execute(f"create or replace table {schema}.{model} as {query}")
        return warehouse

    return build


@pytest.mark.slow
@given(shop=products, bought=lines)
@settings(max_examples=30, deadline=None)
def test_nobody_is_offered_what_they_own_or_what_is_not_sold(
    built: Build, shop: list[Product], bought: list[Line]
) -> None:
    warehouse = built(shop, bought)
    offers = warehouse.execute(
        "select person_id, product_id, product_code from marts.rpt_next_products"
    ).fetchall()
    due = set(
        warehouse.execute(
            """
            select person_id, product_code from marts.rpt_repurchase_due
            where due_status <> 'not_due'
            """
        ).fetchall()
    )
    kept, returned = set(), set()
    for person, _, product, pieces, back in bought:
        key = (f"person{person}", f"c{shop[product % len(shop)][4]}")
        if pieces > back:
            kept.add(key)
        if back:
            returned.add(key)
    assert len({(person, code) for person, _, code in offers}) == len(offers)
    for person, product, code in offers:
        is_active, stock, is_trial, _, _ = shop[int(product.removeprefix("p"))]
        assert is_active
        assert stock != 0
        assert not is_trial
        assert (person, code) not in returned
        assert (person, code) not in kept or (person, code) in due


@pytest.mark.slow
@given(shop=products, bought=lines)
@settings(max_examples=20, deadline=None)
def test_pairs_agree_with_a_count_in_python_and_lift_is_symmetric(
    built: Build, shop: list[Product], bought: list[Line]
) -> None:
    warehouse = built(shop, bought)
    rows = warehouse.execute(
        """
        select a.product_code, b.product_code, pair_count, a_count, b_count, total_count, support,
            lift, confidence_a_to_b, confidence_b_to_a
        from marts.rpt_basket_affinity
        inner join marts.dim_products as a on product_a_id = a.product_id
        inner join marts.dim_products as b on product_b_id = b.product_id
        where kind = 'same_order'
        """
    ).fetchall()
    baskets: dict[tuple[int, int], set[str]] = {}
    for person, age, product, pieces, back in bought:
        if pieces > back:
            baskets.setdefault((person, age), set()).add(f"c{shop[product % len(shop)][4]}")
    seen = {frozenset(row[:2]) for row in rows}
    assert seen == {
        frozenset((a, b)) for items in baskets.values() for a in items for b in items if a != b
    }
    for a, b, pair, n_a, n_b, total, support, lift, a_to_b, b_to_a in rows:
        assert pair == sum({a, b} <= items for items in baskets.values())
        assert (n_a, n_b) == tuple(sum(c in items for items in baskets.values()) for c in (a, b))
        assert total == len(baskets)
        assert support <= min(n_a, n_b) / total
        # Read from either side, the pair is as much likelier than chance.
        assert (
            lift == pytest.approx(a_to_b / (n_b / total)) == pytest.approx(b_to_a / (n_a / total))
        )
