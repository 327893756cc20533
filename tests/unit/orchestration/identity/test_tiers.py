"""Which records the tiers join, and what the guards refuse."""

from datetime import date

import pytest

A, B, C, D, E, F = (f"ec|customer|{letter}" for letter in "abcdef")
STRONG, WEAK = "email_and_kana", "kana_and_address"


def _day(number: int) -> date:
    return date(1980, 1, number)


def orders(count: int) -> list[str]:
    return [f"ec|order|{number:02}" for number in range(count)]


def test_stronger_tier_stands_when_a_weaker_one_would_join_two_birth_dates(
    world, make_record
) -> None:
    world.write(
        [make_record(A, birth_key=_day(1)), B, make_record(C, birth_key=_day(2))],
        [(B, C, WEAK), (A, B, STRONG)],
    )
    world.resolve()
    assert world.groups == {frozenset({A, B}), frozenset({C})}
    assert world.refused == {(B, C, WEAK, "birth_date")}


def test_order_of_the_rows_does_not_matter_when_two_tiers_compete(world, make_record) -> None:
    records = [make_record(A, birth_key=_day(1)), B, make_record(C, birth_key=_day(2))]
    world.write(records, [(A, B, WEAK), (B, C, STRONG)])
    world.resolve()
    assert world.groups == {frozenset({A}), frozenset({B, C})}


def test_record_between_two_birth_dates_belongs_to_neither(world, make_record) -> None:
    world.write(
        [make_record(A, birth_key=_day(1)), B, make_record(C, birth_key=_day(2)), D, E],
        [(A, B, STRONG), (B, C, STRONG), (D, E, STRONG)],
    )
    world.resolve()
    assert world.groups == {frozenset({A}), frozenset({B}), frozenset({C}), frozenset({D, E})}
    assert world.refused == {(A, B, STRONG, "birth_date"), (B, C, STRONG, "birth_date")}


def test_records_without_a_birth_date_stay_together_when_they_could_be_of_either_person(
    world, make_record
) -> None:
    guests = orders(3)
    births = {A: 1, B: 2, C: 2}
    world.write(
        [*(make_record(key, birth_key=_day(day)) for key, day in births.items()), *guests],
        [(guests[0], key, STRONG) for key in (A, B, C, *guests[1:])],
    )
    world.resolve()
    assert world.groups == {frozenset(guests), frozenset({A}), frozenset({B, C})}
    assert (guests[0], A, STRONG, "birth_date") in world.refused
    assert not [row for row in world.refused if row[1] in guests]


def test_records_of_a_star_stay_together_when_its_first_record_has_the_birth_date(
    world, make_record
) -> None:
    guests = orders(3)
    world.write(
        [make_record(A, birth_key=_day(1)), make_record(B, birth_key=_day(2)), *guests],
        [(A, key, STRONG) for key in guests] + [(B, guests[0], "phone_and_kana")],
    )
    world.resolve()
    assert world.groups == {frozenset(guests), frozenset({A}), frozenset({B})}


def test_equal_birth_dates_do_not_conflict(world, make_record) -> None:
    world.write([make_record(key, birth_key=_day(1)) for key in (A, B)], [(A, B, STRONG)])
    world.resolve()
    assert world.groups == {frozenset({A, B})}


def test_two_accounts_conflict_when_the_source_gives_a_person_one(world) -> None:
    world.single_account_sources = ("ec",)
    other = "mall|customer|a"
    world.write([A, B, other], [(A, B, STRONG), (A, other, STRONG), (B, other, WEAK)])
    world.resolve()
    assert world.groups == {frozenset({A, other}), frozenset({B})}
    assert world.refused == {(A, B, STRONG, "account"), (B, other, WEAK, "account")}


def test_two_accounts_join_when_the_source_gives_a_person_several(world) -> None:
    world.single_account_sources = ("mall",)
    world.write([A, B], [(A, B, STRONG)])
    world.resolve()
    assert world.groups == {frozenset({A, B})}


def test_two_line_accounts_conflict_when_a_person_may_have_one(world, make_record) -> None:
    world.write(
        [make_record(A, line_user_id="U1"), make_record(B, line_user_id="U2"), C],
        [(A, B, STRONG), (A, C, STRONG)],
    )
    world.resolve()
    assert world.groups == {frozenset({A, C}), frozenset({B})}
    assert world.refused == {(A, B, STRONG, "line_users")}


@pytest.mark.parametrize(
    ("emails", "persons"), [pytest.param(5, 1, id="at"), pytest.param(6, 6, id="over")]
)
def test_addresses_of_a_person_are_limited(world, make_record, emails: int, persons: int) -> None:
    keys = orders(emails)
    world.write(
        [make_record(key, email_key=f"{key[-2:]}@example.com") for key in keys],
        [(keys[0], key, WEAK) for key in keys[1:]],
    )
    assert world.resolve().persons == persons


def test_relay_addresses_do_not_count_as_addresses(world, make_record) -> None:
    keys = orders(9)
    world.write(
        [
            {**make_record(key, email_key=f"{key}@example.com"), "email_status": "relay"}
            for key in keys
        ],
        [(keys[0], key, WEAK) for key in keys[1:]],
    )
    assert world.resolve().persons == 1


def test_orders_of_one_account_stay_together_when_they_break_a_limit(world, make_record) -> None:
    keys = orders(9)
    world.write(
        [A, *(make_record(key, email_key=f"{key[-2:]}@example.com") for key in keys)],
        [(A, key, "same_source_customer") for key in keys],
    )
    report = world.resolve()
    assert (report.persons, report.refused) == (1, {})


def test_account_that_many_people_use_takes_in_nobody(world, make_record) -> None:
    # The store's own account is the first of each star; the customers still find each other.
    keys = orders(9)
    guests = [make_record(key, email_key=f"{key[-2:]}@example.com") for key in keys]
    world.write(
        [A, *guests, E, F],
        [(A, key, "same_source_customer") for key in keys]
        + [(keys[0], E, STRONG), (keys[0], F, STRONG)],
    )
    world.resolve()
    assert world.groups == {frozenset({A, *keys}), frozenset({E, F})}
    assert world.refused == {(keys[0], E, STRONG, "emails"), (keys[0], F, STRONG, "emails")}


@pytest.mark.parametrize(
    ("kana", "kanji", "persons"),
    [
        pytest.param("たろう", "太郎 太朗 大郎 多朗", 1, id="one reading in many spellings"),
        pytest.param("ひろと はると たいが やまと", "大翔", 1, id="one spelling in many readings"),
        pytest.param("", "太郎 次郎 花子", 1, id="at the limit"),
        pytest.param("", "太郎 次郎 花子 桜", 4, id="over it without readings"),
        pytest.param("たろう じろう はなこ さくら", "太郎 次郎 花子 桜", 4, id="over it in both"),
    ],
)
def test_given_names_count_where_both_reading_and_spelling_differ(
    world, make_record, kana: str, kanji: str, persons: int
) -> None:
    readings, spellings = kana.split(), kanji.split()
    keys = orders(max(len(readings), len(spellings)))
    world.write(
        [
            make_record(
                key,
                given_kana_key=readings[place % len(readings)] if readings else None,
                given_name_key=spellings[place % len(spellings)],
            )
            for place, key in enumerate(keys)
        ],
        [(keys[0], key, WEAK) for key in keys[1:]],
    )
    assert world.resolve().persons == persons


def test_limit_does_not_hold_when_the_seed_lacks_it(world, make_record) -> None:
    keys = orders(9)
    world.write(
        [make_record(key, email_key=f"{key[-2:]}@example.com") for key in keys],
        [(keys[0], key, WEAK) for key in keys[1:]],
        limits={},
    )
    assert world.resolve().persons == 1


def test_value_of_a_star_still_joins_those_whom_its_first_record_may_not_have(
    world, make_record
) -> None:
    # One value, three birth dates: the first record alone, then two pairs.
    births = {A: 1, B: 2, C: 3, D: 2, E: 3}
    world.write(
        [make_record(key, birth_key=_day(day)) for key, day in births.items()],
        [(A, key, STRONG) for key in (B, C, D, E)],
    )
    world.resolve()
    assert world.groups == {frozenset({A}), frozenset({B, D}), frozenset({C, E})}
    assert (B, C, STRONG, "birth_date") in world.refused


def test_pairs_of_a_model_make_no_star_when_one_is_refused(world, make_record, tmp_path) -> None:
    births = {A: 1, B: 2, C: 2}
    world.write([make_record(key, birth_key=_day(day)) for key, day in births.items()])
    world.linked_pairs = tmp_path / "pairs.parquet"
    with world.connect() as connection:
        connection.execute(
            f"copy (select unnest(['{A}', '{A}']) as left_record,"
            f" unnest(['{B}', '{C}']) as right_record) to '{world.linked_pairs}'"
        )
    assert world.resolve().persons == 3
