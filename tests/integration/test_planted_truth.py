"""The published tables of the sample shop must say what the planted truth says."""

import json

import duckdb
import pytest
from crawleruseragents import is_crawler

from tests.integration.shops import TestShop
from tests.integration.truth_answers import TruthAnswers

# Thanks for an order is owed: it asks neither for consent nor whether a parcel is under way.
MAIL_SYNCS = "channel = 'email' and sync <> 'thanks__thanks'"
BARRED = {"spamreport": "spam_complaint", "unsubscribe": "unsubscribed", "bounce": "hard_bounce"}
"""Why mail is barred, in the truth and in the policy."""


@pytest.fixture(scope="module")
def truth(built_shop: TestShop) -> TruthAnswers:
    return TruthAnswers(built_shop)


def _lake(shop: TestShop, folder: str, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(
            f"create view rows as from read_parquet('{shop.workspace.lake}/{folder}/*.parquet', "
            "union_by_name = true)"
        )
        return connection.execute(sql).fetchall()


def test_every_broken_row_is_quarantined_for_its_reason_and_no_good_one(
    truth: TruthAnswers,
) -> None:
    planted = truth.table("broken_rows")
    quarantined = _lake(
        truth.shop, "quarantine/*/*", "select distinct source, file, row from rows order by all"
    )
    keys = planted[["source", "file", "row"]].itertuples(index=False, name=None)
    assert quarantined == sorted(keys)
    assert len(planted) > 50
    # A row of several entities is refused for each of them; the truth tells the first reason.
    told = set(planted[["source", "file", "row", "reason"]].itertuples(index=False, name=None))
    found = set(
        _lake(truth.shop, "quarantine/*/*", "select distinct source, file, row, reason from rows")
    )
    assert told <= found


def test_quarantined_rows_name_the_column_at_fault(truth: TruthAnswers) -> None:
    planted = truth.table("broken_rows").dropna(subset=["column_name"])
    told = set(planted[["file", "row", "column_name"]].itertuples(index=False, name=None))
    found = set(
        _lake(truth.shop, "quarantine/*/*", "select distinct file, row, column_name from rows")
    )
    assert told <= found


def test_rows_of_every_file_are_all_accounted_for(truth: TruthAnswers) -> None:
    # Every entity of a feed reads all rows of a file; a fault may spare one of them.
    read = _lake(
        truth.shop,
        "files",
        """
        select
            file, min(rows_read), max(rows_read), min(rows_read - rows_quarantined),
            bool_and(rows_read = rows_accepted + rows_quarantined + rows_filtered + rows_repeated)
        from rows group by file order by file
        """,
    )
    told = truth.table("feed_totals").sort_values("file")
    totals = told["good_rows"] + told["broken_rows"]
    expected = zip(told["file"], totals, totals, told["good_rows"], [True] * len(told), strict=True)
    assert read == list(expected)


def test_yen_of_every_file_are_those_of_the_truth(truth: TruthAnswers) -> None:
    read = [
        row
        for entity, amount in (("orders", "total"), ("ad_costs", "cost"), ("campaigns", "cost"))
        for row in _lake(
            truth.shop,
            f"raw/*/{entity}/*",
            f"select _file, sum({amount})::bigint from rows where _file is not null group by _file",
        )
    ]
    told = truth.table("feed_totals").dropna(subset=["yen"]).astype({"yen": int})
    assert sorted(read) == sorted(told[["file", "yen"]].itertuples(index=False, name=None))


def test_orders_and_yen_agree_per_source_and_day(truth: TruthAnswers) -> None:
    told = truth.table("daily_totals")
    published = truth.shop.rows(
        """
        select source, ordered_date, count(*), sum(source_total)::bigint,
            count(*) filter (where is_purchase), sum(net_sales)::bigint
        from marts.fct_orders group by source, ordered_date order by source, ordered_date
        """
    )
    expected = told.sort_values(["source", "ordered_date"]).itertuples(index=False, name=None)
    assert published == list(expected)


def test_every_order_has_its_status_and_its_day(truth: TruthAnswers) -> None:
    published = truth.shop.rows(
        """
        select source, source_order_id, status, ordered_at, is_purchase, delivered_at, person_id
        from marts.fct_orders order by source, source_order_id
        """
    )
    told = truth.orders.sort_values(["source", "source_order_id"])
    columns = ["source", "source_order_id", "status", "ordered_at", "is_purchase", "delivered_at"]
    rows = told[[*columns, "person_id"]].astype(object)
    rows = rows.where(rows.notna(), None)
    assert published == list(rows.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("segment", "answer"),
    [
        ("seg_first_purchase", TruthAnswers.leads_with_consent),
        ("seg_second_purchase", TruthAnswers.buyers_of_one_purchase),
        ("seg_winback", TruthAnswers.silent_buyers),
    ],
    ids=["first_purchase", "second_purchase", "winback"],
)
def test_segment_holds_exactly_whom_the_truth_names(
    truth: TruthAnswers, segment: str, answer: object
) -> None:
    published = {
        person for (person,) in truth.shop.rows(f"select person_id from segments.{segment}")
    }
    expected = answer(truth)
    assert len(expected) > 10
    assert published - expected == set()
    assert expected - published == set()


def test_nobody_is_mailed_whom_the_truth_forbids(truth: TruthAnswers) -> None:
    allowed = truth.shop.rows(
        f"select distinct person_id from policy.send_eligibility where {MAIL_SYNCS} and allowed"
    )
    addresses = truth.addresses
    assert len(allowed) > 30
    for (person,) in allowed:
        assert truth.opt_in(person, "email") is not None
        assert not truth.has_left(person)
        assert truth.barring(person, addresses[person]) is None


def test_refusals_to_mail_have_the_true_reason(truth: TruthAnswers) -> None:
    refused = truth.shop.rows(
        f"select person_id, reason_code from policy.send_eligibility where {MAIL_SYNCS}"
    )
    for person, reason in refused:
        address = truth.addresses[person]
        barring = truth.barring(person, address) if address is not None else None
        assert (reason in BARRED.values()) == (barring is not None)
        if barring is not None:
            assert reason == BARRED[barring]
        else:
            welcome = truth.opt_in(person, "email") is not None and not truth.has_left(person)
            assert (reason == "no_consent") == (not welcome)
    assert {"unsubscribed", "hard_bounce", "no_consent"} <= {reason for _, reason in refused}


def test_nobody_is_written_to_who_truly_waits_for_a_parcel(truth: TruthAnswers) -> None:
    people = set(truth.orders["person_id"])
    waiting = {p for p in people if truth.awaits_parcel(p) or truth.awaits_payment(p)}
    with duckdb.connect(str(truth.shop.workspace.work_db), read_only=True) as work:
        orders = work.execute(
            "select person_id, open_reason from intermediate.int_orders__open"
        ).fetchall()
    assert waiting
    assert {person for person, why in orders if why != "just_arrived"} == waiting
    judged = truth.shop.rows(
        """
        select distinct person_id from policy.send_eligibility
        where allowed and sync <> 'thanks__thanks'
        """
    )
    allowed = {person for (person,) in judged}
    assert allowed & {person for person, _ in orders} == set()
    # The carrier forgot some arrivals: those parcels are long there and hold nobody back.
    forgotten = truth.orders[truth.orders["is_purchase"] & truth.orders["delivered_at"].isna()]
    assert allowed & set(forgotten.dropna(subset=["truly_delivered_at"])["person_id"])


def test_letters_and_calls_reach_only_customers_who_did_not_refuse(truth: TruthAnswers) -> None:
    judged = truth.shop.rows(
        """
        select person_id, channel, reason_code from policy.send_eligibility
        where channel in ('print', 'phone')
        """
    )
    assert len(judged) > 50
    for person, channel, reason in judged:
        assert (reason == "no_consent") == (not truth.may_be_written_to(person, channel))
    assert {reason for _, _, reason in judged} >= {None, "no_consent"}


def test_every_refusal_has_one_reason_and_every_candidate_one_verdict(
    built_shop: TestShop,
) -> None:
    assert built_shop.rows(
        """
        select count(*) from policy.send_eligibility
        where allowed is distinct from (reason_code is null) or reason_code not in (
            select reason_code from policy.eligibility_waterfall where step_order > 0
        )
        """
    ) == [(0,)]
    for sync, segment, count in built_shop.rows(
        """
        select sync, segment, count(*), from policy.send_eligibility
        where segment <> 'scenario_due' group by sync, segment
        """
    ):
        assert built_shop.rows(
            f"""
            select count(*) from segments.{segment}
            inner join policy.send_eligibility using (person_id) where sync = '{sync}'
            """
        ) == [(count,)]
        assert count == built_shop.published.row_counts()[f"segments.{segment}"]
    steps = """
        select sync, person_id, channel from segments.scenario_due
        except select sync, person_id, channel from policy.send_eligibility
        where segment = 'scenario_due' and not is_enabled
    """
    assert built_shop.rows(steps) == []
    assert built_shop.rows("select count(distinct sync) > 3 from segments.scenario_due") == [
        (True,)
    ]


def test_machine_opens_and_scanner_clicks_are_told_from_people(truth: TruthAnswers) -> None:
    told = truth.table("messages").sort_values("provider_event_id")
    published = truth.shop.rows(
        """
        select message_event_id, event_type, is_machine_open, is_bot_click
        from marts.fct_message_events
        where channel = 'email' and event_type in ('open', 'click') order by message_event_id
        """
    )
    columns = ["event", "is_machine_open", "is_bot_click"]
    ids = "sendgrid_events:" + told["provider_event_id"]
    expected = zip(ids, *(told[column] for column in columns), strict=True)
    assert published == sorted(expected)
    assert told["is_machine_open"].sum() > 100
    assert told["is_bot_click"].sum() > 10


def test_sessions_hold_no_crawler(built_shop: TestShop) -> None:
    crawlers, people = set(), set()
    for file in (built_shop.workspace.landing / "web").glob("*.ndjson"):
        for line in file.read_text("utf-8").splitlines():
            if '"user_agent":"' not in line or not line.endswith("}"):
                continue
            event = json.loads(line)
            known = crawlers if is_crawler(event["user_agent"]) else people
            known.add(event["anonymous_id"])
    published = built_shop.rows(
        "select distinct anonymous_id from marts.fct_web_sessions where source = 'web'"
    )
    browsers = {anonymous_id for (anonymous_id,) in published}
    assert crawlers
    assert crawlers & browsers == set()
    assert browsers == people
