"""Link and never-link: what people decide about records always wins."""

from datetime import date

import pytest

from orchestration.identity.errors import IdentityError
from orchestration.identity.overrides import Override, read_overrides

A, B, C, D, E, F = (f"ec|customer|{letter}" for letter in "abcdef")
O1, O2, O3 = (f"ec|order|{number}" for number in (1, 2, 3))
STRONG, WEAK, FACT = "email_and_kana", "kana_and_address", "same_source_customer"


def test_link_joins_records_without_an_edge(world) -> None:
    world.write([A, B, C])
    world.decide(f"link {A} {C}")
    world.resolve()
    assert world.groups == {frozenset({A, C}), frozenset({B})}


def test_link_wins_when_birth_dates_differ(world, make_record) -> None:
    world.write(
        [
            make_record(A, birth_key=date(1980, 1, 1)),
            make_record(B, birth_key=date(1980, 1, 11)),
            C,
        ],
        [(B, C, STRONG)],
    )
    world.decide(f"link {A} {B}")
    world.resolve()
    assert world.groups == {frozenset({A, B, C})}


def test_person_linked_by_hand_takes_in_no_third_birth_date(world, make_record) -> None:
    births = {A: 1, B: 2, C: 3, D: 2}
    world.write(
        [make_record(key, birth_key=date(1980, 1, day)) for key, day in births.items()],
        [(B, C, STRONG), (B, D, STRONG)],
    )
    world.decide(f"link {A} {B}")
    world.resolve()
    assert world.groups == {frozenset({A, B, D}), frozenset({C})}


def test_link_wins_when_a_limit_would_be_broken(world, make_record) -> None:
    keys = [f"ec|order|{number}" for number in range(8)]
    world.write([make_record(key, email_key=f"{key[-1]}@example.com") for key in keys])
    world.decide(*(f"link {keys[0]} {key}" for key in keys[1:]))
    assert world.resolve().persons == 1


def test_never_link_keeps_two_records_apart_when_an_edge_joins_them(world) -> None:
    world.write([A, B], [(A, B, STRONG)])
    world.decide(f"never_link {B} {A}")
    world.resolve()
    assert world.groups == {frozenset({A}), frozenset({B})}
    assert world.refused == {(A, B, STRONG, "never_link")}


def test_each_side_keeps_its_own_when_a_never_link_divides_a_chain(world) -> None:
    world.write([A, B, C, D, E], [(A, B, STRONG), (B, C, STRONG), (C, D, STRONG), (D, E, STRONG)])
    world.decide(f"never_link {A} {E}")
    world.resolve()
    # C stands as far from both: it goes with the record that comes first.
    assert world.groups == {frozenset({A, B, C}), frozenset({D, E})}
    assert world.refused == {(C, D, STRONG, "never_link")}


def test_never_link_wins_over_a_fact(world) -> None:
    world.write([A, O1, O2, O3], [(A, order, FACT) for order in (O1, O2, O3)])
    world.decide(f"never_link {O1} {O3}")
    world.resolve()
    assert world.groups == {frozenset({A, O1, O2}), frozenset({O3})}


def test_never_link_wins_over_a_fact_and_a_link_together(world) -> None:
    world.write([A, B, O1], [(A, O1, FACT)])
    world.decide(f"link {O1} {B}", f"never_link {A} {B}")
    world.resolve()
    assert world.groups == {frozenset({A}), frozenset({B, O1})}


def test_three_records_stay_apart_when_each_pair_is_named(world) -> None:
    world.write([A, B, C, D], [(A, key, STRONG) for key in (B, C, D)])
    world.decide(f"never_link {B} {C}", f"never_link {C} {D}", f"never_link {B} {D}")
    world.resolve()
    assert world.groups == {frozenset({A, B}), frozenset({C}), frozenset({D})}


def test_never_link_holds_in_every_later_tier(world) -> None:
    world.write([A, B, C], [(A, C, STRONG), (B, C, WEAK)])
    world.decide(f"never_link {A} {B}")
    world.resolve()
    assert world.groups == {frozenset({A, C}), frozenset({B})}


def test_rows_whose_record_is_not_there_wait_and_are_counted(world) -> None:
    world.write([A, B], [(A, B, STRONG)])
    world.decide(f"never_link {A} ec|customer|later")
    report = world.resolve()
    assert (report.persons, report.overrides_without_record) == (1, 1)
    world.write([A, B, "ec|customer|later"], [(A, B, STRONG), (A, "ec|customer|later", STRONG)])
    report = world.resolve()
    assert (report.persons, report.overrides_without_record) == (2, 0)


def test_no_file_is_no_override(tmp_path) -> None:
    assert read_overrides(tmp_path / "none.csv") == read_overrides(None) == ()


def test_file_is_read_when_a_spreadsheet_wrote_it(tmp_path) -> None:
    file = tmp_path / "identity_overrides.csv"
    text = f'action,left_record,right_record,note\r\nlink, {A},{B} ,"same, by phone"\r\n\r\n'
    file.write_bytes(text.encode("utf-8-sig"))
    assert read_overrides(file) == (Override(2, "link", A, B),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "row 1: the header is ''; write 'action,left_record,", id="empty"),
        pytest.param("a,b\n", "row 1: the header is 'a,b'; write", id="header"),
        pytest.param(
            "action,left_record,right_record,note\nlink,ec|customer|a\n",
            "row 2: 2 cells; write 4: action,",
            id="cells",
        ),
        pytest.param(
            "action,left_record,right_record,note\nmerge,ec|customer|a,ec|customer|b,\n",
            "row 2: action is 'merge'; write link or never_link",
            id="action",
        ),
        pytest.param(
            "action,left_record,right_record,note\nlink,ec|customer|a,12,\n",
            "row 2: right_record is '12'; write source|kind|id, such as ec|customer|12",
            id="key",
        ),
        pytest.param(
            "action,left_record,right_record,note\nlink,ec|customer|a,ec|customer|a,\n",
            "row 2: both records are 'ec|customer|a'; name two",
            id="same record",
        ),
        pytest.param(
            "action,left_record,right_record,note\n"
            "link,ec|customer|a,ec|customer|b,\n"
            "link,ec|customer|c,ec|customer|b,\n"
            "link,ec|customer|d,ec|customer|e,\n"
            "never_link,ec|customer|a,ec|customer|c,\n",
            "row 5: ec|customer|a and ec|customer|c may never be linked, but the link rows 2, 3"
            " join them: remove one of the two",
            id="contradiction",
        ),
    ],
)
def test_file_is_refused_with_row_and_mend_when_it_is_wrong(tmp_path, text, said) -> None:
    file = tmp_path / "identity_overrides.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(IdentityError) as error:
        read_overrides(file)
    assert str(error.value).startswith(f"identity_overrides.csv, {said}")


def test_file_is_refused_when_it_is_not_utf8(tmp_path) -> None:
    file = tmp_path / "identity_overrides.csv"
    file.write_bytes(
        "action,left_record,right_record,note\nlink,a|b|c,d|e|f,同じ人".encode("cp932")
    )
    with pytest.raises(IdentityError, match="not UTF-8: save it as UTF-8"):
        read_overrides(file)
