"""The curve's SQL gives the published estimate of a textbook's data.

Freireich et al. 1963: weeks of remission of 21 patients on 6-mercaptopurine, with the Kaplan-Meier
estimate and Greenwood's standard errors that Gehan 1965 and every textbook after it print. A
remission that ended is a buyer who came back; a week stands for a day.
"""

from pathlib import Path

import duckdb
import pytest

from tests.golden.building import rows_of, run_dbt

ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_IN_REMISSION = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PUBLISHED = {
    6: (21, 3, 0.857, 0.0764),
    7: (17, 1, 0.807, 0.0869),
    10: (15, 1, 0.753, 0.0963),
    13: (12, 1, 0.690, 0.1068),
    16: (11, 1, 0.627, 0.1141),
    22: (7, 1, 0.538, 0.1282),
    23: (6, 1, 0.448, 0.1346),
}


@pytest.fixture(scope="module")
def curve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("curve")
    watched = [(weeks, weeks) for weeks in ENDED] + [(None, weeks) for weeks in STILL_IN_REMISSION]
    with duckdb.connect(str(workspace / "warehouse.duckdb")) as connection:
        connection.execute(
            """
            create schema intermediate;
            create table intermediate.int_purchases__next (
                person_id varchar, purchase_no bigint, days_to_next bigint, age_days bigint
            );
            create table intermediate.int_person__cohort_values (
                person_id varchar, dimension varchar, dimension_value varchar, value_name varchar
            );
            """
        )
        for number, (days, age) in enumerate(watched):
            person = str(number)
            connection.execute(
                "insert into intermediate.int_purchases__next values (?, 1, ?, ?)",
                [person, days, age],
            )
            connection.execute(
                "insert into intermediate.int_person__cohort_values select ?, 'all', 'all', 'all'",
                [person],
            )
    assert run_dbt(workspace, "run", "--select", "rpt_repurchase_curves") == []
    return workspace


def test_survival_and_its_errors_are_the_published_ones(curve: Path) -> None:
    rows = rows_of(
        curve,
        """
        select days, at_risk, events, survival, standard_error
        from marts.rpt_repurchase_curves where events > 0 order by days
        """,
    )
    assert {
        days: (at_risk, events, round(survival, 3), round(error, 4))
        for days, at_risk, events, survival, error in rows
    } == PUBLISHED


def test_days_without_an_event_keep_the_estimate(curve: Path) -> None:
    rows = rows_of(
        curve,
        """
        select days, censored, round(survival, 3), converted_low, converted_high
        from marts.rpt_repurchase_curves where days in (0, 9, 35) order by days
        """,
    )
    assert [row[:3] for row in rows] == [(0, 0, 1.0), (9, 1, 0.807), (35, 1, 0.448)]
    # 1 - 0.448 -+ 1.96 x 0.1346
    assert rows[-1][3:] == pytest.approx((0.288, 0.816), abs=5e-4)
