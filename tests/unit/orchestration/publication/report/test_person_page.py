"""The page of one person: whom it shows, what it says of them, and nothing personal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.publication.report.published import ReportError, open_publication
from orchestration.publication.report.render import render_person_card, theme_cards
from orchestration.publication.report.themes.person.chosen import chosen_person
from orchestration.publication.report.themes.person.theme import PERSON

# Person-1 bought twice, was seen before she was known, and has four kinds of events.
TIMELINE = """
insert into marts.person_timeline by name
select
    person_id || happened as timeline_id, person_id, happened::timestamp as occurred_at,
    happened::date as event_date, event_kind, channel, amount, currency, is_anonymous
from (values
    ('person-1', '2026-07-30 10:00', 'session', 'web', null, null, true),
    ('person-1', '2026-08-05 10:00', 'order', 'own', 1000, 'JPY', false),
    ('person-1', '2026-08-08 10:00', 'delivery', 'own', null, null, false),
    ('person-1', '2026-09-01 10:00', 'message_delivered', 'email', null, null, false),
    ('person-1', '2026-09-02 10:00', 'message_clicked', 'email', null, null, false),
    ('person-1', '2026-09-10 10:00', 'order', 'own', 2000, 'JPY', false),
    ('person-2', '2026-09-20 10:00', 'order', 'own', 4000, 'JPY', false)
) as events (person_id, happened, event_kind, channel, amount, currency, is_anonymous);
update marts.customer_360
set first_purchase_date = date '2026-08-05', last_purchase_date = date '2026-10-03',
    recency_days = 12, net_sales = 6000
where person_id = 'person-1';
"""
STAGES = """
insert into marts.fct_stage_transitions by name
select
    'person-1' as subject_id, 'person' as subject_kind, *, false as is_current
from (values
    (1, null, 'customer', date '2026-08-05', null, 'first_purchase', 'up'),
    (2, 'customer', 'repeater', date '2026-09-10', 36, 'second_purchase', 'up')
) as changes (change_no, from_stage, to_stage, changed_on, days_in_stage, trigger_event, direction)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, small_shop: str, write: Any) -> Path:
    return write(tmp_path_factory.mktemp("person") / "publication", small_shop, TIMELINE)


def test_card_shows_the_repeater_with_the_most_kinds_of_events(folder: Path) -> None:
    with open_publication(folder) as published:
        assert chosen_person(published) == "person-1"


def test_card_shows_the_lower_id_when_histories_are_alike(
    tmp_path: Path, small_shop: str, write: Any
) -> None:
    twin = TIMELINE.replace("'person-2', '2026-09-20", "'person-0', '2026-09-20").replace(
        "'person-1'", "'person-2'"
    )
    twins = write(
        tmp_path / "publication",
        small_shop,
        TIMELINE.partition("update")[0],
        twin.partition("update")[0],
        "update marts.customer_360 set stage = 'repeater'",
        "delete from marts.person_timeline where person_id = 'person-2'"
        " and occurred_at = timestamp '2026-09-20 10:00'",
    )
    with open_publication(twins) as published:
        assert chosen_person(published) == "person-1"


def test_card_says_what_the_person_did(folder: Path) -> None:
    with open_publication(folder) as published:
        cards = theme_cards(PERSON, published)
    assert cards["person_facts"].words.ja == (
        "person-1さんの今の段階は「リピーター」です。"
        "2026年8月5日の初回購入から3回、合計¥6,000を購入しています。"
    )
    assert cards["person_line"].words.ja == (
        "2026年7月30日から2026年9月10日までに、訪問1回（うち本人と分かる前が1回）、"
        "注文2回がありました。届いたメッセージ1通のうち、クリックは1回です。"
    )
    assert cards["person_orders"].words.ja == "注文3件のうち購入は3件、純売上は合計¥6,000です。"


def test_card_of_a_lead_says_that_there_is_no_purchase(folder: Path) -> None:
    with open_publication(folder, person_id="person-4") as published:
        cards = theme_cards(PERSON, published)
    assert cards["person_facts"].words.ja == (
        "person-4さんの今の段階は「リード」です。まだ購入はありません。"
    )
    assert cards["person_line"].content is None
    assert cards["person_orders"].content is None


def test_line_stands_on_bands_of_stages(tmp_path: Path, small_shop: str, write: Any) -> None:
    folder = write(tmp_path / "publication", small_shop, TIMELINE, STAGES)
    with open_publication(folder) as published:
        cards = theme_cards(PERSON, published)
    figure = cards["person_line"].content.figures["ja"]
    assert [(band["x0"], band["x1"]) for band in figure["layout"]["shapes"]] == [
        ("2026-08-05", "2026-09-10"),
        ("2026-09-10", "2026-10-17"),
    ]
    amounts = figure["data"][-1]
    assert list(amounts["y"]) == [1000, 2000]
    assert cards["person_stages"].words.ja == "段階は1回変わり、今は「リピーター」です。"
    (table,) = cards["person_stages"].content.tables
    assert [cell.ja for cell in table.table.rows[1]] == [
        "2026年9月10日", "顧客 → リピーター", "2回目の購入", "36日",
    ]  # fmt: skip


def test_visit_before_the_person_was_known_is_hollow(folder: Path) -> None:
    with open_publication(folder) as published:
        figure = theme_cards(PERSON, published)["person_line"].content.figures["en"]
    symbols = {trace["name"]: trace["marker"].get("symbol") for trace in figure["data"][:-1]}
    assert symbols == {
        "The shop's acts": "circle",
        "Visits before known": "circle-open",
        "The person's acts": "circle",
    }


@pytest.mark.parametrize(
    ("day", "sales", "method", "says"),
    [
        ("date '2026-10-16'", "1500", "mbg_nbd",
         "次の購入は2026年10月16日ごろと見込まれます。今後1年の売上は約¥1,500の見込みです。"),
        ("date '2026-10-15'", "null", "mbg_nbd",
         "次の購入の見込みだった2026年10月15日を過ぎています。"),
        ("null", "800", "cohort",
         "今後1年の売上は約¥800の見込みです。"
         "データが少ないため、似た時期に買い始めた人の平均から見積もっています。"),
        ("null", "null", "mbg_nbd", "見込みを出せるだけのデータがありません。"),
    ],
    ids=["coming", "due_today", "few_data", "nothing"],
)  # fmt: skip
def test_forecast_says_what_to_expect(
    tmp_path: Path, small_shop: str, write: Any, day: str, sales: str, method: str, says: str
) -> None:
    folder = write(
        tmp_path / "publication",
        small_shop,
        TIMELINE,
        f"""
        insert into marts.customer_predictions by name
        select
            'person-1' as person_id, {day} as expected_date_of_next_order,
            {sales} as predicted_clv, '{method}' as method
        """,
    )
    with open_publication(folder) as published:
        assert theme_cards(PERSON, published)["person_forecast"].words.ja == says


def test_asked_for_card_lies_beside_the_report(folder: Path, rendered: Any) -> None:
    rendered(folder)
    reports = folder / "reports"
    page = render_person_card(folder, "person-2", shop_title="縁側商店", reports=reports)
    assert page == reports / "person-person-2.html"
    html = page.read_text("utf-8")
    assert "person-2さん" in html
    assert "person-1" not in html
    assert "person-1さん" in (reports / "person.html").read_text("utf-8")


def test_card_of_nobody_is_refused_and_names_the_id(folder: Path, rendered: Any) -> None:
    rendered(folder)
    with pytest.raises(ReportError, match="has no person 'person-9'"):
        render_person_card(folder, "person-9", shop_title="縁側商店", reports=folder / "reports")


def test_card_without_a_report_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="holds no report: run the build first"):
        render_person_card(folder, "person-1", shop_title="縁側商店", reports=tmp_path)
