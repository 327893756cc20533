"""Harms per 1,000 promotions over a simulated quarter, beside blasts to everybody.

`python -m tests.benchmarks.harms [DAYS [PERSONS]]`, 92 days and 1,000 persons by default; writes
docs/harms.md when the whole quarter was run.
"""

import sys
import tempfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from tests.benchmarks.harms.blast import newsletter, same_mornings
from tests.benchmarks.harms.facts import Facts, read_facts
from tests.benchmarks.harms.page import write_page
from tests.benchmarks.harms.quarter import Log, ShopInTime, shop_in_time
from tests.benchmarks.harms.referee import judge

END = date(2026, 10, 31)
QUARTER = 92
PERSONS = 1_000


def simulate(root: Path, days: int, persons: int) -> dict[str, Counter[str]]:
    """Give the counts of harms: ours by what was known and by the truth, and of two blasts."""
    with shop_in_time(root, persons=persons, end=END) as shop:
        for number in range(days):
            day = END - timedelta(days=days - 1 - number)
            shop.morning(day)
            print(f"{day}: {len(shop.log.sent)} promotions so far", flush=True)
            for violation in shop.violations():
                raise SystemExit(f"{day}: a vendor would have refused a request: {violation}")
        facts = read_facts(shop.workspace.root / "truth", campaign_mails(shop))
    return harms(shop.log, facts)


def harms(log: Log, facts: Facts) -> dict[str, Counter[str]]:
    """Give the counts of each way to send."""
    blast, weekly = same_mornings(log), newsletter(log, best_seller(facts))
    return {
        "known": judge(log.sent, log.records, facts, log.known),
        "true": judge(log.sent, log.records, facts),
        "weekly": judge(weekly, log.records, facts),
        "blast": judge(blast, log.records, facts),
    }


def campaign_mails(shop: ShopInTime) -> list[tuple[str, datetime]]:
    """Give true person and instant of every mail of the shop's own campaigns that arrived."""
    raw, truth = shop.workspace.lake / "raw", shop.workspace.root / "truth"
    with duckdb.connect() as connection:
        return connection.execute(
            f"""
            with owners as (
                select distinct lower(email) as address, true_person_id
                from '{truth}/consents.parquet' where email is not null
                union
                select distinct lower(address), true_person_id
                from '{truth}/suppressions.parquet' where channel = 'email'
            )

            select owners.true_person_id, min(mails.occurred_at)
            from read_parquet('{raw}/sendgrid_events/message_events/**/*.parquet') as mails
            inner join owners on lower(mails.recipient) = owners.address
            where mails.event_type = 'delivered'
            group by owners.true_person_id, mails.provider_message_id
            """
        ).fetchall()


def best_seller(facts: Facts) -> str:
    """Give the product of which most pieces were ordered."""
    pieces: Counter[str] = Counter()
    for person in facts.persons.values():
        for order in person.orders:
            pieces.update(order.quantities)
    return min(pieces, key=lambda code: (-pieces[code], code))


if __name__ == "__main__":
    days = int(sys.argv[1]) if len(sys.argv) > 1 else QUARTER
    persons = int(sys.argv[2]) if len(sys.argv) > 2 else PERSONS
    with tempfile.TemporaryDirectory() as place:
        counts = simulate(Path(place), days, persons)
    for name, one in counts.items():
        print(name, dict(sorted(one.items())))
    if days == QUARTER:
        write_page(counts, days, persons)
