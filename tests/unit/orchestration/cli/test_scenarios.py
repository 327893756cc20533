"""`enishi scenarios`, and the plan of a step that is switched off."""

from datetime import date, datetime

import duckdb
import pytest

from orchestration.publication.editions import Edition
from orchestration.publication.gates import GateRecord
from orchestration.publication.publish import publish
from orchestration.workspace import Workspace
from tests.contract.sync_world import CONTACT_SCHEMA
from tests.published_tables import create_published_tables

ROWS = """
insert into segments.scenario_due (
    person_id, scenario, step, sync, channel, occurrence, due_at, expires_at, is_sent, product_id,
    product_name
) values
    ('a', 'f2', 'day14', 'f2__day14', 'email', 'o', '2026-11-01', '2999-01-01', false, 'p', '茶'),
    ('b', 'f2', 'day14', 'f2__day14', 'email', 'o', '2026-11-01', '2999-01-01', false, 'p', '茶'),
    ('c', 'f2', 'day14', 'f2__day14', 'line', 'o', '2026-11-01', '2999-01-01', false, 'ec:1', '茶');
insert into policy.send_eligibility values
    ('a', 'f2__day14', 'scenario_due', 'email', true, null, false),
    ('b', 'f2__day14', 'scenario_due', 'email', false, 'open_delivery', false),
    ('c', 'f2__day14', 'scenario_due', 'line', true, null, false);
insert into policy.eligibility_waterfall values
    ('f2__day14', 0, 'in_segment', 0, 3), ('f2__day14', 1, 'no_consent', 0, 3),
    ('f2__day14', 2, 'open_delivery', 1, 2);
insert into policy.media values
    ('email', 'opt_in', null, null, true), ('line', 'opt_in', null, null, true);
insert into policy.rpt_scenario_reach by name
select 'f2' as scenario, 'day14' as step, 'f2__day14' as sync, false as is_enabled, 3 as due,
    1 as waiting, 2 as allowed, 'f2_conversion' as expectation, 2 as judged,
    0.5 as expected_orders, 3000 as gross_profit_per_order, 1500 as expected_gross_profit,
    'JPY' as currency
union all by name
select 'thanks' as scenario, 'thanks' as step, 'thanks__thanks' as sync, true as is_enabled,
    0 as due, 0 as allowed, 'none' as expectation, 0 as judged, 'JPY' as currency;
insert into contact.person_contacts (person_id, email, line_user_id) values
    ('a', 'a@example.jp', null), ('b', 'b@example.jp', null),
    ('c', null, 'U0123456789abcdef0123456789abcdef');
"""


@pytest.fixture
def reach(tmp_path):
    """A publication in which one scenario is on and another off."""
    work_db = tmp_path / "work.duckdb"
    with duckdb.connect(str(work_db)) as connection:
        create_published_tables(connection)
        connection.execute("drop schema _publication cascade")
        connection.execute(CONTACT_SCHEMA)
        connection.execute(ROWS)
    publish(
        work_db,
        Workspace(tmp_path / "home" / "sample").published,
        Edition(
            publication_id="edition-1",
            shop="sample",
            run_id="run-1",
            as_of_date=date(2026, 10, 31),
            published_at=datetime.fromisoformat("2026-10-31 20:00:00"),
        ),
        gates=[GateRecord("dbt/dbt_marts", "dbt_tests", True, "error", "")],
        required_stages=["dbt/dbt_marts"],
        limits=None,
    )


def cells(output, first):
    line = next(line for line in output.splitlines() if line.strip().startswith(first))
    return line.split()


def test_scenarios_lists_reach_refusals_and_expectation_with_what_is_on_first(enishi, reach):
    code, output = enishi("scenarios")
    assert code == 0
    assert cells(output, "f2__day14") == [
        "f2__day14", "off", "3", "2", "1", "open_delivery", "1,500", "JPY",
    ]  # fmt: skip
    assert cells(output, "thanks__thanks") == ["thanks__thanks", "on", "0", "0", "–"]
    assert output.index("thanks__thanks") < output.index("f2__day14")
    assert "no effect of the message" in output


def test_scenario_shows_its_waterfall_and_where_the_expectation_comes_from(enishi, reach):
    code, output = enishi("scenarios", "f2")
    assert code == 0
    assert cells(output, "in_segment") == ["in_segment", "3"]
    assert cells(output, "open_delivery") == ["open_delivery", "1", "2"]
    assert "no_consent" not in output
    assert "rpt_f2_conversion" in output
    assert "known of 2 of 2; gross profit a purchase 3,000 JPY" in " ".join(output.split())


def test_scenarios_say_so_when_there_is_none_of_the_name(enishi, reach):
    code, output = enishi("scenarios", "carts")
    assert (code, output) == (1, "There is no scenario carts; `enishi scenarios` lists them.\n")


def test_scenarios_say_what_to_do_when_nothing_was_published(enishi):
    assert enishi("scenarios") == (1, "There is no publication yet: run the build first.\n")


def test_scenarios_say_what_to_do_when_the_publication_is_older_than_they(enishi, published):
    code, output = enishi("scenarios")
    assert (code, output) == (
        1,
        "This publication knows no scenarios: build and publish again.\n",
    )


def test_step_that_is_switched_off_has_a_plan_for_each_channel_and_cannot_be_sent(enishi, reach):
    code, output = enishi("sync", "plan", "f2__day14")
    assert code == 0
    line, mail = cells(output, "f2__day14__line "), cells(output, "f2__day14__email ")
    assert line[:6] == ["f2__day14__line", "1", "0", "0", "0", "0"]
    assert mail[:6] == ["f2__day14__email", "1", "0", "0", "0", "1"]
    assert "f2__day14__email refuses 1 open_delivery" in output
    code, output = enishi("sync", "run", "f2__day14")
    assert code == 1
    assert "has not switched the scenario f2 on" in " ".join(output.split())
    code, output = enishi("sync", "run", "f2__day14__line")
    assert code == 1
