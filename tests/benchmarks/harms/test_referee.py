"""The referee finds a planted harm of each kind, and none where there is none."""

from datetime import datetime, timedelta

import pytest

from tests.benchmarks.harms.facts import Facts, Order, Refusal, TruePerson
from tests.benchmarks.harms.referee import Known, Sent, judge

AT = datetime(2026, 9, 1, 1, 0)  # noqa: DTZ001 - the truth is in naive UTC
DAY = timedelta(days=1)
RECORDS = {"p": ["ec_cube|customer|1"]}


def facts(person: TruePerson) -> Facts:
    return Facts({"P1": person}, {"ec_cube|customer|1": "P1"}, {"TEA-001": 30, "TBL-001": 0})


def bought(code: str, *, ordered: timedelta, arrived: timedelta | None, pieces: int = 1) -> Order:
    return Order(AT - ordered, None if arrived is None else AT - arrived, {code: pieces})


@pytest.mark.parametrize(
    ("person", "message", "harms"),
    [
        (TruePerson(), Sent("p", AT, "email", "TEA-001"), []),
        # Under way; arrived a second before; ordered after the message.
        (
            TruePerson([bought("TEA-001", ordered=DAY, arrived=None)]),
            Sent("p", AT, "email"),
            ["open_order"],
        ),
        (
            TruePerson([bought("TEA-001", ordered=DAY, arrived=timedelta(seconds=-1))]),
            Sent("p", AT, "email"),
            ["open_order"],
        ),
        (
            TruePerson([bought("TEA-001", ordered=DAY, arrived=timedelta(seconds=1))]),
            Sent("p", AT, "email"),
            [],
        ),
        (
            TruePerson([bought("TEA-001", ordered=-DAY, arrived=None)]),
            Sent("p", AT, "email", "TEA-001"),
            [],
        ),
        # A cup is owned for a year, a pack of thirty days for fifteen, two of them for thirty.
        (
            TruePerson([bought("TBL-001", ordered=370 * DAY, arrived=364 * DAY)]),
            Sent("p", AT, "email", "TBL-001"),
            ["already_owned"],
        ),
        (
            TruePerson([bought("TBL-001", ordered=370 * DAY, arrived=365 * DAY)]),
            Sent("p", AT, "email", "TBL-001"),
            [],
        ),
        (
            TruePerson([bought("TEA-001", ordered=16 * DAY, arrived=14 * DAY)]),
            Sent("p", AT, "email", "TEA-001"),
            ["already_owned"],
        ),
        (
            TruePerson([bought("TEA-001", ordered=16 * DAY, arrived=15 * DAY)]),
            Sent("p", AT, "email", "TEA-001"),
            [],
        ),
        (
            TruePerson([bought("TEA-001", ordered=16 * DAY, arrived=15 * DAY, pieces=2)]),
            Sent("p", AT, "email", "TEA-001"),
            ["already_owned"],
        ),
        (
            TruePerson([bought("TEA-001", ordered=16 * DAY, arrived=14 * DAY)]),
            Sent("p", AT, "email", "TBL-001"),
            [],
        ),
        # A mail of the shop's own campaign within the day, and one a day ago.
        (TruePerson(got=[AT - DAY / 2]), Sent("p", AT, "line"), ["over_cap"]),
        (TruePerson(got=[AT - DAY]), Sent("p", AT, "line"), []),
        (
            TruePerson(got=[AT - 2 * DAY, AT - 4 * DAY, AT - 6 * DAY]),
            Sent("p", AT, "email"),
            ["over_cap"],
        ),
        # A mail every 3.7 days is two in seven; this one is the ninth in thirty, or the eighth.
        (
            TruePerson(got=[AT - 3.7 * number * DAY for number in range(1, 9)]),
            Sent("p", AT, "email"),
            ["over_cap"],
        ),
        (
            TruePerson(got=[AT - 3.7 * number * DAY for number in range(1, 8)]),
            Sent("p", AT, "email"),
            [],
        ),
        # A no on this medium, on another, taken back, and one that is never taken back.
        (
            TruePerson(refusals=[Refusal("email", AT - DAY)]),
            Sent("p", AT, "email"),
            ["after_opt_out"],
        ),
        (TruePerson(refusals=[Refusal("line", AT - DAY)]), Sent("p", AT, "email"), []),
        (TruePerson(refusals=[Refusal("email", AT)]), Sent("p", AT, "email"), []),
        (
            TruePerson(refusals=[Refusal("email", AT - DAY)], agreed=[("email", AT - DAY / 2)]),
            Sent("p", AT, "email"),
            [],
        ),
        # A yes on another medium takes no refusal back.
        (
            TruePerson(refusals=[Refusal("email", AT - DAY)], agreed=[("line", AT - DAY / 2)]),
            Sent("p", AT, "email"),
            ["after_opt_out"],
        ),
        (
            TruePerson(
                refusals=[Refusal("email", AT - DAY, is_for_ever=True)],
                agreed=[("email", AT - DAY / 2)],
            ),
            Sent("p", AT, "email"),
            ["after_opt_out"],
        ),
    ],
)
def test_a_message_does_the_harm_that_was_planted(
    person: TruePerson, message: Sent, harms: list[str]
) -> None:
    counts = judge([message], RECORDS, facts(person))
    assert {harm for harm, number in counts.items() if number} == {
        "sent",
        *harms,
        *(["any"] if harms else []),
    }


def test_our_own_messages_fill_the_cap_on_all_media_together() -> None:
    moments = [("email", AT), ("line", AT + DAY / 2), ("line", AT + 2 * DAY)]
    sent = [Sent("p", at, medium) for medium, at in moments]
    assert judge(sent, RECORDS, facts(TruePerson()))["over_cap"] == 1


def test_what_no_data_could_say_is_counted_by_the_truth_alone() -> None:
    person = TruePerson(
        [Order(AT - timedelta(hours=2), None, {"TEA-001": 1})],
        [Refusal("email", AT - timedelta(hours=1), is_told=False)],
    )
    message = Sent("p", AT, "email")
    known = {AT: Known(AT - timedelta(hours=10))}
    true = judge([message], RECORDS, facts(person))
    assert (true["open_order"], true["after_opt_out"], true["any"]) == (1, 1, 1)
    assert judge([message], RECORDS, facts(person), known)["any"] == 0


def test_what_a_vendor_told_counts_at_once() -> None:
    person = TruePerson(refusals=[Refusal("email", AT - timedelta(seconds=1))])
    known = {AT: Known(AT - timedelta(hours=10))}
    assert judge([Sent("p", AT, "email")], RECORDS, facts(person), known)["after_opt_out"] == 1


@pytest.mark.parametrize("records", [{}, {"p": []}, {"p": ["ec_cube|customer|2"]}])
def test_a_message_to_somebody_nobody_knows_does_not_pass_for_harmless(
    records: dict[str, list[str]],
) -> None:
    person = TruePerson([bought("TEA-001", ordered=DAY, arrived=None)])
    message = Sent("p", AT, "email", "TEA-001")
    assert judge([message], records, facts(person))["unjudged"] == 1
    assert judge([message], RECORDS, facts(person))["unjudged"] == 0


@pytest.mark.parametrize(("days_ago", "is_harm"), [(9, True), (10, False)])
def test_who_uses_a_pack_up_faster_wants_it_sooner(days_ago: int, is_harm: bool) -> None:
    # Bought every twenty days: half of that is ten, where half of the pack would be fifteen.
    orders = [
        bought("TEA-001", ordered=(days_ago + ago) * DAY, arrived=(days_ago + ago) * DAY)
        for ago in (0, 20, 40)
    ]
    counts = judge([Sent("p", AT, "email", "TEA-001")], RECORDS, facts(TruePerson(orders)))
    assert bool(counts["already_owned"]) is is_harm


def test_a_campaign_mail_of_the_same_day_counts_by_the_truth_alone() -> None:
    got = TruePerson(got=[AT - DAY / 2])
    midnight = {AT: Known(AT - 0.6 * DAY)}
    sent = [Sent("p", AT, "email")]
    assert judge(sent, RECORDS, facts(got))["over_cap"] == 1
    assert judge(sent, RECORDS, facts(got), midnight)["over_cap"] == 0
