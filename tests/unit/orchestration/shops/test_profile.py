"""Shop profiles: what is refused, what is loaded, and which day is the last complete one."""

from datetime import UTC, date, datetime
from textwrap import dedent

import pytest

from orchestration.shops.profile import (
    CopiedLanding,
    GeneratedLanding,
    OwnLanding,
    ShopError,
    load_shop,
)

MINIMAL = """
    name: tiny
    title: Tiny
    time_zone: Asia/Tokyo
    currency: JPY
    sources:
      - {source: orders}
"""


@pytest.fixture
def profile(tmp_path):
    """Loads the shop tiny, with more lines, or with one line put in another's place."""

    def load(more="", *, old="", new=""):
        text = dedent(MINIMAL).replace(old, new) + dedent(more)
        (tmp_path / "tiny.yml").write_text(text, encoding="utf-8")
        return load_shop("tiny", tmp_path)

    return load


def test_load_shop_gives_defaults_when_the_profile_is_minimal(profile):
    tiny = profile()
    assert isinstance(tiny.landing, OwnLanding)
    assert (tiny.as_of_date, tiny.syncs, tiny.keep_publications, tiny.vars) == (None, [], 7, {})
    assert tiny.sources[0].mapping is None


@pytest.mark.parametrize(
    ("line", "mode"),
    [("", None), ("linkage: off", "off"), ('linkage: "off"', "off"), ("linkage: merge", "merge")],
)
def test_load_shop_reads_linkage_also_when_yaml_takes_off_for_false(profile, line, mode):
    assert profile(line).linkage == mode


@pytest.mark.parametrize(
    ("name", "zone", "currency", "landing"),
    [
        ("sample", "Asia/Tokyo", "JPY", GeneratedLanding),
        ("online_retail", "Europe/London", "GBP", CopiedLanding),
    ],
)
def test_load_shop_loads_the_profiles_of_the_repository(name, zone, currency, landing):
    shop = load_shop(name)
    assert (shop.name, shop.time_zone, shop.currency) == (name, zone, currency)
    assert isinstance(shop.landing, landing)


def test_load_shop_names_the_known_shops_when_there_is_no_such_profile():
    with pytest.raises(ShopError) as error:
        load_shop("nowhere")
    assert str(error.value) == (
        "There is no shop 'nowhere'; known: online_retail, sample. Add nowhere.yml or name one."
    )


def test_load_shop_names_the_file_and_the_zone_when_the_zone_is_unknown(profile):
    with pytest.raises(ShopError) as error:
        profile(old="Asia/Tokyo", new="Asia/Edo")
    assert str(error.value).startswith("tiny.yml: time_zone: ")
    assert "'Asia/Edo' is no IANA time zone, such as Asia/Tokyo" in str(error.value)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("timezone: Asia/Tokyo", "timezone"),
        ("limits: {max_growth: 2}", "limits.max_growth"),
        ("landing: {kind: generated, end_date: 2026-10-31, people: 5}", "landing.generated.people"),
    ],
    ids=["top", "limits", "landing"],
)
def test_load_shop_names_the_key_when_it_is_unknown(profile, more, key):
    with pytest.raises(ShopError) as error:
        profile(more)
    assert str(error.value) == f"tiny.yml: {key}: Extra inputs are not permitted"


def test_load_shop_names_every_mistake_when_there_are_several(profile):
    with pytest.raises(ShopError) as error:
        profile("keep_publications: 0", old="JPY", new="yen")
    assert "currency: " in str(error.value)
    assert "keep_publications: " in str(error.value)


def test_load_shop_refuses_a_shop_when_it_has_no_source(profile):
    with pytest.raises(ShopError, match=r"tiny\.yml: sources: "):
        profile(old="sources:\n  - {source: orders}", new="sources: []")


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        # 23:59:59 on 1 November in Tokyo: the day is not over.
        ("Asia/Tokyo", datetime(2026, 11, 1, 14, 59, 59, tzinfo=UTC), date(2026, 10, 31)),
        # Midnight in Tokyo, still 1 November in UTC.
        ("Asia/Tokyo", datetime(2026, 11, 1, 15, 0, 0, tzinfo=UTC), date(2026, 11, 1)),
        # Midnight in UTC is 9:00 in Tokyo and changes nothing.
        ("Asia/Tokyo", datetime(2026, 11, 2, 0, 0, 0, tzinfo=UTC), date(2026, 11, 1)),
        # 0:30 on 1 July in London's summer, still 30 June in UTC.
        ("Europe/London", datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 6, 30)),
        ("Europe/London", datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2026, 12, 30)),
    ],
    ids=["before-midnight-jst", "midnight-jst", "midnight-utc", "london-summer", "london-winter"],
)
def test_as_of_is_yesterday_in_the_shop_s_zone_when_nobody_says_a_day(profile, zone, now, expected):
    assert profile(old="Asia/Tokyo", new=zone).as_of(None, now=now) == expected


def test_as_of_prefers_the_override_to_the_profile_and_the_profile_to_the_clock(profile):
    now = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    fixed = profile("as_of_date: 2026-10-31")
    assert fixed.as_of("2025-01-02", now=now) == date(2025, 1, 2)
    assert fixed.as_of(None, now=now) == date(2026, 10, 31)
    assert profile().as_of("2025-01-02", now=now) == date(2025, 1, 2)


def test_dbt_vars_carry_day_zone_and_currency_and_what_the_shop_changes(profile):
    shop = profile("scenarios: [f2]\nvars: {purchase_grain: order, rfm_window_months: null}")
    assert shop.dbt_vars(date(2026, 10, 31)) == {
        "as_of_date": "2026-10-31",
        "shop_time_zone": "Asia/Tokyo",
        "currency": "JPY",
        "enabled_scenarios": ["f2"],
        "purchase_grain": "order",
        "rfm_window_months": None,
    }


def test_a_shop_that_does_not_count_in_yen_states_the_amount_of_cpm():
    # The seed cpm_limits says 70,000: in pounds next to nobody would spend enough.
    assert load_shop("online_retail").dbt_vars(date(2011, 12, 9))["cpm_amount"] == 550
    assert "cpm_amount" not in load_shop("sample").dbt_vars(date(2026, 10, 31))
