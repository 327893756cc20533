"""dbt nodes find their group, tables show their rows."""

import dagster as dg
import duckdb
import pytest

from orchestration.defs.transformation import group_of, with_row_counts
from orchestration.engines.work_database import WorkDatabase


@pytest.mark.parametrize(
    ("path", "group"),
    [
        (["enishi", "order_statuses"], "2_staging"),
        (["enishi", "staging", "lake", "stg_orders"], "2_staging"),
        (["enishi", "intermediate", "identity", "int_identity__edges"], "3_identity"),
        (["enishi", "staging", "person_map", "stg_person_map"], "3_identity"),
        (["enishi", "intermediate", "orders", "int_orders__lines"], "4_marts"),
        (["enishi", "marts", "core", "customer_360"], "4_marts"),
        (["enishi", "marts", "analysis", "rpt_rfm"], "4_marts"),
        (["enishi", "contact", "person_contacts"], "4_marts"),
        (["enishi", "staging", "predictions", "stg_model_runs"], "4_predictions"),
        (["enishi", "prediction", "rpt_model_runs"], "4_predictions"),
        (["enishi", "segments", "seg_winback"], "5_segments"),
        (["enishi", "policy", "send_eligibility"], "5_segments"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else None,
)
def test_group_of_is_that_of_the_innermost_folder(path, group):
    assert group_of(path) == group


@pytest.fixture
def work_db(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema segments")
        connection.execute("create table marts.customer_360 as from range(3)")
        connection.execute("create table segments.seg_winback (person_id varchar)")
    return path


def built(model):
    return dg.Output(None, output_name=model, metadata={"unique_id": f"model.enishi.{model}"})


def row_counts(work_db):
    return WorkDatabase(work_db).row_counts()


def test_with_row_counts_adds_the_rows_of_each_built_table(work_db):
    told = list(with_row_counts([built("customer_360"), built("seg_winback")], row_counts(work_db)))
    counts = {event.output_name: event.metadata["dagster/row_count"].value for event in told}
    assert counts == {"customer_360": 3, "seg_winback": 0}
    assert told[0].metadata["unique_id"].value == "model.enishi.customer_360"


def test_with_row_counts_tells_what_was_built_before_a_check_that_ends_the_step(work_db):
    failed = dg.AssetCheckResult(passed=False, asset_key="customer_360", check_name="unique")
    told = list(with_row_counts([failed, built("customer_360")], row_counts(work_db)))
    assert [type(event) for event in told] == [dg.Output, dg.AssetCheckResult]


def test_with_row_counts_adds_nothing_when_the_model_has_no_table(work_db):
    (told,) = with_row_counts([built("a_view")], row_counts(work_db))
    assert list(told.metadata) == ["unique_id"]


def test_with_row_counts_leaves_the_work_database_free(work_db):
    list(with_row_counts([built("customer_360")], row_counts(work_db)))
    with duckdb.connect(str(work_db)) as connection:
        connection.execute("drop table marts.customer_360")
