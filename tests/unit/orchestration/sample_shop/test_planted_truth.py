import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Truth = Callable[[str], list[dict[str, Any]]]
Records = Callable[[str], list[list[str]]]
JAPAN = timedelta(hours=9)
PURCHASE_WORDS = {"入金済み", "対応中", "発送済み", "処理中", "発送済"}


def good_records(relative: str, truth: Truth, csv_records: Records) -> list[dict[str, str]]:
    """Rows that the truth does not call broken; of a repeated header the first column counts."""
    broken = {row["row"] for row in truth("broken_rows") if row["file"] == relative}
    records = csv_records(relative)
    header = records[0]
    return [
        {name: record[header.index(name)] for name in header}
        for number, record in enumerate(records, start=1)
        if number > 1 and number not in broken
    ]


def orders_in_files(
    shop: Path, source: str, truth: Truth, csv_records: Records
) -> dict[str, list[dict[str, str]]]:
    """Lines by order id, read with Python's own reader."""
    key = "注文ID" if source == "ec_cube" else "注文番号"
    orders: dict[str, list[dict[str, str]]] = defaultdict(list)
    for path in sorted((shop / "landing" / source).glob("orders_*.csv")):
        for row in good_records(f"{source}/{path.name}", truth, csv_records):
            orders[row[key]].append(row)
    return orders


def test_daily_totals_equal_the_own_shops_files(
    shop: Path, truth: Truth, csv_records: Records
) -> None:
    orders = orders_in_files(shop, "ec_cube", truth, csv_records)
    yen: Counter[str] = Counter()
    net_sales: Counter[str] = Counter()
    for lines in orders.values():
        day = lines[0]["受注日"][:10]
        yen[day] += int(lines[0]["支払合計"])
        if lines[0]["対応状況(名称)"] in PURCHASE_WORDS:
            goods = [line for line in lines if line["明細区分(名称)"] == "商品"]
            amount = sum(int(line["価格"]) * int(line["個数"]) for line in goods)
            net_sales[day] += amount - int(lines[0]["値引き"])
    told = [row for row in truth("daily_totals") if row["source"] == "ec_cube"]
    assert len(orders) == sum(row["orders"] for row in told) > 100
    assert yen == {row["ordered_date"].isoformat(): row["yen"] for row in told}
    assert +net_sales == {
        row["ordered_date"].isoformat(): row["net_sales"] for row in told if row["net_sales"]
    }


def test_daily_totals_equal_the_malls_files(shop: Path, truth: Truth, csv_records: Records) -> None:
    orders = orders_in_files(shop, "mall", truth, csv_records)
    yen: Counter[str] = Counter()
    for lines in orders.values():
        goods = sum(int(line["単価"]) * int(line["個数"]) for line in lines)
        first = lines[0]
        total = int(first["請求金額"])
        assert total == goods - int(first["クーポン利用額"]) + int(first["送料"])
        yen[first["注文日時"][:10].replace("/", "-")] += total
    told = [row for row in truth("daily_totals") if row["source"] == "mall"]
    assert len(orders) == sum(row["orders"] for row in told) > 30
    assert yen == {row["ordered_date"].isoformat(): row["yen"] for row in told}


def test_own_shop_totals_are_the_sum_of_their_lines(
    shop: Path, truth: Truth, csv_records: Records
) -> None:
    for lines in orders_in_files(shop, "ec_cube", truth, csv_records).values():
        assert sum(int(line["価格"]) * int(line["個数"]) for line in lines) == int(lines[0]["合計"])


def test_orders_in_the_truth_are_those_in_the_files(
    shop: Path, truth: Truth, csv_records: Records
) -> None:
    told = {(row["source"], row["source_order_id"]): row for row in truth("orders")}
    found = {
        (source, order_id)
        for source in ("ec_cube", "mall")
        for order_id in orders_in_files(shop, source, truth, csv_records)
    }
    assert found == set(told)
    for row in told.values():
        assert (row["ordered_at"] + JAPAN).date() == row["ordered_date"]
        assert row["total"] == row["goods_total"] - row["discount"] + row["shipping_fee"]


def test_every_member_in_the_file_belongs_to_a_person(truth: Truth, csv_records: Records) -> None:
    members = good_records("ec_cube/members_2026-10-31.csv", truth, csv_records)
    records = {
        row["source_record_id"]: row["true_person_id"]
        for row in truth("records")
        if (row["source"], row["record_kind"]) == ("ec_cube", "customer")
    }
    assert {row["会員ID"] for row in members} == set(records)
    assert len(set(records.values())) < len(records), "somebody has a second account"


def test_households_share_address_phone_and_mail(truth: Truth, csv_records: Records) -> None:
    household = {row["true_person_id"]: row["household_no"] for row in truth("persons")}
    person = {
        row["source_record_id"]: row["true_person_id"]
        for row in truth("records")
        if (row["source"], row["record_kind"]) == ("ec_cube", "customer")
    }
    for column in ("住所1", "TEL", "メールアドレス"):
        owners: dict[tuple[int, str], set[str]] = defaultdict(set)
        for row in good_records("ec_cube/members_2026-10-31.csv", truth, csv_records):
            owner = person[row["会員ID"]]
            owners[household[owner], row[column]].add(owner)
        assert any(len(persons) > 1 for persons in owners.values()), column


def test_devices_are_seen_before_they_are_known(shop: Path, truth: Truth) -> None:
    owners = {row["anonymous_id"]: row["true_person_id"] for row in truth("devices")}
    first_seen: dict[str, datetime] = {}
    first_known: dict[str, datetime] = {}
    for event in good_web_events(shop, truth):
        moment = datetime.fromisoformat(event["timestamp"])
        browser = event["anonymous_id"]
        first_seen[browser] = min(moment, first_seen.get(browser, moment))
        if event["user_id"] is not None:
            assert browser in owners
            first_known[browser] = min(moment, first_known.get(browser, moment))
    assert len(first_known) > 50
    assert all(first_seen[browser] < moment for browser, moment in first_known.items())
    assert len(set(first_seen) - set(owners)) > 20, "strangers and crawlers come too"


def test_own_shop_orders_end_a_visit_or_come_from_a_subscription(shop: Path, truth: Truth) -> None:
    bought = {event["order_id"] for event in good_web_events(shop, truth) if event["order_id"]}
    for order in truth("orders"):
        is_own = order["source"] == "ec_cube" and not order["is_by_telephone"]
        is_online = is_own and order["subscription_id"] is None
        assert (order["source_order_id"] in bought) == is_online


def good_web_events(shop: Path, truth: Truth) -> list[dict[str, Any]]:
    broken = {(row["file"], row["row"]) for row in truth("broken_rows")}
    return [
        json.loads(line)
        for path in sorted((shop / "landing/web").iterdir())
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (f"web/{path.name}", number) not in broken
    ]


def test_bot_clicks_come_within_two_seconds_of_delivery(shop: Path, truth: Truth) -> None:
    delivered: dict[str, int] = {}
    clicked: dict[str, tuple[str, int]] = {}
    broken = {(row["file"], row["row"]) for row in truth("broken_rows")}
    for path in (shop / "landing/sendgrid_events").iterdir():
        batch = json.loads(path.read_text(encoding="utf-8"))
        for number, event in enumerate(batch, start=1):
            if (f"sendgrid_events/{path.name}", number) in broken:
                continue
            if event["event"] == "delivered":
                delivered[event["sg_message_id"]] = event["timestamp"]
            elif event["event"] == "click":
                clicked[event["sg_event_id"]] = (event["sg_message_id"], event["timestamp"])
    clicks = [row for row in truth("messages") if row["event"] == "click"]
    assert {row["is_bot_click"] for row in clicks} == {True, False}
    for row in clicks:
        message, moment = clicked[row["provider_event_id"]]
        assert (moment - delivered[message] <= 2) == row["is_bot_click"]


def test_delivery_dates_lie_between_shipping_and_the_last_day(truth: Truth) -> None:
    last = datetime(2026, 10, 31, 15, tzinfo=UTC).replace(tzinfo=None)
    shipped = [row for row in truth("orders") if row["shipped_at"] is not None]
    for row in shipped:
        assert row["ordered_at"] < row["shipped_at"] < last
        for moment in (row["delivered_at"], row["truly_delivered_at"]):
            assert moment is None or row["shipped_at"] < moment < last
    unknown = [row for row in shipped if row["truly_delivered_at"] and row["delivered_at"] is None]
    assert unknown, "the carrier has gaps"
    assert any(row["truly_delivered_at"] is None for row in shipped), "some are under way"


def test_persons_who_are_leads_never_buy(truth: Truth) -> None:
    persons = truth("persons")
    leads = [row for row in persons if row["habit"].endswith("lead")]
    assert 0.15 < len(leads) / len(persons) < 0.35
    assert all(row["order_count"] == 0 and row["purchase_rate_per_year"] is None for row in leads)


def test_members_take_back_letters_and_calls(truth: Truth, csv_records: Records) -> None:
    offline = {"print", "phone"}
    written = {
        (row["channel"], row["member_id"])
        for row in good_records("crm/consents.csv", truth, csv_records)
        if row["channel"] in offline and row["action"] == "withdraw"
    }
    told = {
        (row["channel"], row["source_customer_id"])
        for row in truth("consents")
        if row["channel"] in offline and row["withdrawn_at"] and not row["is_granted"]
    }
    assert written == told
    # 6 % of 176 members for each of the two channels, less those who do so after the end.
    assert 5 <= len(told) <= 25


def test_some_members_who_agreed_to_mail_have_no_address_that_it_reaches(truth: Truth) -> None:
    addresses = [row["email"] for row in truth("consents") if row["channel"] == "email"]
    relayed = [address for address in addresses if address.endswith("@pc.fw.rakuten.ne.jp")]
    broken = [address for address in addresses if not is_domain(address.partition("@")[2])]
    assert relayed
    assert broken


def test_nobody_is_mailed_at_an_address_that_cannot_be_reached(shop: Path) -> None:
    recipients = {
        event["email"]
        for path in (shop / "landing/sendgrid_events").iterdir()
        for event in json.loads(path.read_text(encoding="utf-8"))
        if isinstance(event["email"], str)
    }
    assert len(recipients) > 20
    assert not any(address.endswith("@pc.fw.rakuten.ne.jp") for address in recipients)
    assert all(is_domain(address.partition("@")[2]) for address in recipients)


def is_domain(text: str) -> bool:
    return "." in text and ".." not in text


def test_purchases_follow_the_persons_rates(truth: Truth) -> None:
    """Buyers who drop out early and often must have bought less than the faithful ones."""
    buyers = [row for row in truth("persons") if row["purchase_count"] > 0]
    fickle = [row["purchase_count"] for row in buyers if row["dropout_probability"] > 0.5]
    faithful = [row["purchase_count"] for row in buyers if row["dropout_probability"] < 0.2]
    assert sum(fickle) / len(fickle) < sum(faithful) / len(faithful)
