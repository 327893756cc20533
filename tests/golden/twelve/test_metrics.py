"""MetricFlow's answers on the twelve persons' shop, worked out by hand from its orders."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.cli.metrics import metrics_environment, metrics_project

pytest.importorskip("dbt_metricflow", reason="metrics are an extra: pip install 'enishi[metrics]'")

_MIDNIGHT = " 00:00:00"


_ASK = """
import json, sys
from click.testing import CliRunner
# Its spinner holds on to the stream that it finds.
answers, sys.stdout = sys.stdout, sys.stderr
from dbt_metricflow.cli.main import cli
for line in sys.stdin:
    done = CliRunner().invoke(cli, ["query", *json.loads(line)])
    print(json.dumps([done.exit_code, done.output]), file=answers, flush=True)
"""
"""The program mf, which answers one query after another: its imports take seconds."""


@dataclass(frozen=True, slots=True)
class MetricFlow:
    """MetricFlow in a process of its own, standing in a project."""

    folder: Path
    process: "subprocess.Popen[str]"


@pytest.fixture(scope="module")
def project(twelve: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetricFlow]:
    manifest = twelve.parent / "target" / "semantic_manifest.json"
    folder = metrics_project(tmp_path_factory.mktemp("metrics"), manifest, twelve)
    with subprocess.Popen(
        [sys.executable, "-c", _ASK],
        cwd=folder,
        env=metrics_environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield MetricFlow(folder, process)


def query(
    project: MetricFlow, metrics: list[str], group_by: str, *arguments: str
) -> list[tuple[str | float | None, ...]]:
    """The value or first day of each group, then its metrics; a group without one is left out."""
    output = project.folder / "answer.csv"
    asked = ["--metrics", ",".join(metrics), "--group-by", group_by, *arguments]
    asks, answers = project.process.stdin, project.process.stdout
    assert asks is not None
    assert answers is not None
    print(json.dumps([*asked, "--csv", str(output)]), file=asks, flush=True)
    exit_code, said = json.loads(answers.readline())
    assert exit_code == 0, said
    with output.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row[group_by]]
    found = [
        (row[group_by].removesuffix(_MIDNIGHT), *(_number(row[name]) for name in metrics))
        for row in rows
    ]
    return sorted(found)


def _number(text: str) -> float | None:
    return float(text) if text else None


def test_sales_of_the_last_quarter_by_month(project: MetricFlow) -> None:
    # April: bunta 3,500, ichiro 1,000. May: chika 30,000, daigo 500 (new), ichiro 1,000.
    # June: aiko 2,000, daigo 2,000, emi 3,000 (new), ichiro 1,000; what bunta sent back is none.
    assert query(
        project,
        ["revenue", "orders", "buyers", "aov", "new_buyers"],
        "metric_time__month",
        *("--start-time", "2026-04-01", "--end-time", "2026-06-30"),
    ) == [
        ("2026-04-01", 4500, 2, 2, 2250, 0),
        ("2026-05-01", 31500, 3, 3, 10500, 1),
        ("2026-06-01", 8000, 4, 4, 2000, 1),
    ]


def test_customers_by_the_quarter_of_their_first_purchase(project: MetricFlow) -> None:
    assert query(
        project, ["customers", "repeaters", "repeat_rate", "ltv"], "metric_time__quarter"
    ) == [
        ("2024-07-01", 2, 2, 1, (72500 + 70000) / 2),  # aiko, goro
        ("2025-01-01", 1, 1, 1, 3500),  # hana
        ("2025-10-01", 2, 1, 0.5, (6000 + 500) / 2),  # bunta, fumio
        ("2026-01-01", 3, 3, 1, (90000 + 5000 + 4000) / 3),  # chika, ichiro, junko
        ("2026-04-01", 2, 1, 0.5, (2500 + 3000) / 2),  # daigo, emi
    ]


def test_second_purchases_are_counted_on_persons_who_have_had_ninety_days(
    project: MetricFlow,
) -> None:
    # Of eight, aiko (100 days), fumio, goro and chika (111) were not back in time.
    assert query(
        project, ["f2_converted_90d", "f2_matured_90d", "f2_rate_90d"], "metric_time__day"
    ) == [("2026-06-30", 4, 8, 0.5)]


def test_expected_orders_are_given_by_stage(project: MetricFlow) -> None:
    # Ten buyers are too few for a model: each is expected to order as their cohorts did.
    assert query(project, ["lifetime_sales", "expected_orders_90d"], "person__stage") == [
        ("customer", 3000, pytest.approx(24 / 47)),
        ("dormant_customer", 500 + 70000 + 3500, pytest.approx(3 * 24 / 47)),
        # Leads have neither spent nor are they expected to.
        ("dormant_lead", None, None),
        ("hot_lead", None, None),
        ("repeater", 72500 + 6000 + 90000 + 2500 + 5000 + 4000, pytest.approx(6 * 24 / 47)),
    ]


def test_a_step_is_counted_on_those_who_stood_before_it_in_the_month(project: MetricFlow) -> None:
    # Customers: fumio and chika, who steps up, and daigo; then fumio, daigo, who steps up, and emi.
    # Leads: lisa; then kenta, who fills a cart. Browsers: none; then b5, found out, b98 and b99.
    rates = ["customer_to_repeater_rate", "lead_to_hot_lead_rate", "visitor_to_known_rate"]
    counts = ["customer_to_repeater_at_risk", "lead_to_customer_at_risk", "visitor_to_known_steps"]
    assert query(project, rates + counts, "metric_time__month", "--start-time", "2026-05-01") == [
        ("2026-05-01", pytest.approx(1 / 3), 0, None, 3, 1, None),
        ("2026-06-01", pytest.approx(1 / 3), 1, pytest.approx(1 / 3), 3, 1, 1),
    ]


def test_a_quarter_of_steps_gives_the_rate_of_its_average_month(project: MetricFlow) -> None:
    # fumio stands there from month to month, and beside him who is named.
    metrics = [f"customer_to_repeater_{part}" for part in ("steps", "at_risk", "rate")]
    assert query(project, metrics, "metric_time__quarter", "--start-time", "2026-01-01") == [
        ("2026-01-01", 2, 9, pytest.approx(2 / 9)),  # chika, junko; they again; chika, ichiro
        ("2026-04-01", 2, 8, 0.25),  # chika; chika, daigo; daigo, emi
    ]
