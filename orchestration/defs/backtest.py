"""The back-test: the shop as it stood on past days, and how that day's predictions came true."""

import os
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import dagster as dg
from pydantic import Field

from orchestration.defs.resources import WAREHOUSE, Shop, dbt_environment
from orchestration.environments import REPOSITORY
from orchestration.past_day import PastDay, PastDayError, build_with_dbt

HORIZON_DAYS = 90
"""How far the predictions of a past day are followed."""
JOB = "backtest"


class BacktestConfig(dg.Config):
    """Which days to go back to."""

    as_of: list[str] = Field(default_factory=list)
    """Days as YYYY-MM-DD; none: the day from which the horizon has just gone by."""


@dg.op(
    name=JOB,
    pool=WAREHOUSE,
    description="Build the shop for each past day in a folder of its own under work/past_days/, "
    "and compare that day's predictions with what happened in the 90 days after it.",
)
def backtest_days(context: dg.OpExecutionContext, config: BacktestConfig, shop: Shop) -> None:
    """Go back to each day; serves nothing and changes no table of the shop but the comparison."""
    for day in days_of(config, shop.as_of_date):
        try:
            metadata = go_back_to(day, shop, context.run_id)
        except PastDayError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        context.log_event(
            dg.AssetMaterialization(
                ["past_days", day.isoformat()],
                description="customer_360 and customer_predictions as they stood on that day.",
                metadata=metadata,
            )
        )


def days_of(config: BacktestConfig, as_of_date: date) -> list[date]:
    """The days to go back to, each once and in order."""
    try:
        asked = {date.fromisoformat(day) for day in config.as_of}
    except ValueError as error:
        raise dg.Failure(f"as_of: {error}; write days as 2026-07-31") from error
    days = sorted(asked) or [as_of_date - timedelta(days=HORIZON_DAYS)]
    if days[-1] >= as_of_date:
        raise dg.Failure(
            f"{days[-1]} is no past day: the shop stands at {as_of_date}; name an earlier one",
            allow_retries=False,
        )
    return days


def go_back_to(day: date, shop: Shop, run_id: str) -> dict[str, dg.MetadataValue]:
    """Build the day and compare its predictions; gives what there is to know about it.

    Raises:
        PastDayError: a step of dbt failed.
    """
    from orchestration.prediction.point_in_time import (  # noqa: PLC0415  imports scipy
        compare_past_day,
        keep_past_days,
    )

    past = PastDay(shop.workspace, day)
    past.prepare()
    found: dict[str, dg.MetadataValue] = {
        "persons": dg.MetadataValue.int(build(past, shop, run_id))
    }
    for name, file in past.keep_tables().items():
        found[name] = dg.MetadataValue.path(os.path.relpath(file, REPOSITORY))
    if day + timedelta(days=HORIZON_DAYS) > shop.as_of_date:
        return found | {"compared": dg.MetadataValue.text("the 90 days after it are not over yet")}
    rows = compare_past_day(past.workspace.work_db, shop.workspace.work_db, day, HORIZON_DAYS)
    keep_past_days(shop.workspace.lake, rows)
    return found | {"compared": dg.MetadataValue.json(_lines(rows))}


def _lines(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """What decides about each prediction."""
    shown = ("prediction", "model", "model_value", "baseline", "baseline_value", "measure")
    deciding = [row for row in rows if row["is_deciding"]]
    return [{name: row[name] for name in (*shown, "is_better", "customers")} for row in deciding]


def build(past: PastDay, shop: Shop, run_id: str) -> int:
    """Every table of the day; gives the number of persons that the day knew."""
    from orchestration.identity.linkage.mode import linkage_mode  # noqa: PLC0415  reads packages
    from orchestration.identity.linkage.propose import (  # noqa: PLC0415  imports scipy
        linked_pairs_file,
        propose_links,
    )
    from orchestration.identity.resolve import resolve_identities  # noqa: PLC0415  imports scipy
    from orchestration.prediction.step import (  # noqa: PLC0415  imports scipy
        ensure_tables,
        run_predictions,
    )

    there = past.workspace
    environment = dbt_environment(shop.settings, shop.workspace) | {
        # A database of its own, whatever warehouse the shop has: the models are the same.
        "ENISHI_TARGET": "duckdb",
        "ENISHI_WORK_DB": str(there.work_db),
        "ENISHI_LAKE": str(there.lake),
    }
    variables = {**shop.profile.dbt_vars(past.day), "refusals_count_at_once": False}

    def dbt(tag: str) -> None:
        project = REPOSITORY / "dbt_project"
        build_with_dbt(past, tag, project=project, variables=variables, environment=environment)

    dbt("stage1")
    mode = linkage_mode(shop.profile.linkage)
    # What people have said about pairs since then, that day did not know.
    propose_links(there.work_db, there.lake, mode if mode == "merge" else "off")
    report = resolve_identities(
        there.work_db,
        there.lake,
        run_id,
        single_account_sources=shop.profile.single_account_sources,
        linked_pairs=linked_pairs_file(there.lake / "identity"),
    )
    dbt("stage2")
    ensure_tables(there.lake)
    run_predictions(there.work_db, there.lake, past.day)
    dbt("stage3")
    return report.persons


@dg.definitions
def backtests() -> dg.Definitions:
    """The job that goes back to past days."""

    # An op and a graph of one name keep a code server from loading; the op's is in run configs.
    @dg.graph
    def past_days() -> None:
        backtest_days()

    job = past_days.to_job(
        name=JOB,
        description="Build past days beside the shop and compare their predictions with the facts.",
    )
    return dg.Definitions(jobs=[job])
