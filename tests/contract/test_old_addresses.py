"""Addresses that carriers of Japan once gave out, with dots where no standard has them."""

from dataclasses import replace
from pathlib import Path

import pytest

from reverse_etl.channel import Batch, Item, Operation, Outcome, Row
from tests.contract.benches.base import channel_of
from tests.contract.benches.sendgrid_mail import open_bench
from tests.contract.sync_world import NOW


@pytest.mark.parametrize("email", ["a..b@docomo.ne.jp", ".a@ezweb.ne.jp", "a.@docomo.ne.jp"])
def test_address_of_an_old_carrier_is_taken_and_stays_the_same_person(
    email: str, tmp_path: Path
) -> None:
    """The vendor refuses a whole request for one such address without quotes."""
    with open_bench(tmp_path) as bench:
        channel = channel_of(bench)
        item = channel.build(Row("p1", {"email": email}, "0" * 32))
        assert isinstance(item, Item)
        assert item.key == email
        batch = Batch("b", "s", "r", NOW.date(), Operation.ADD, [item])
        batch = replace(batch, handle=channel.prepare(batch))
        assert channel.deliver(batch).outcome is Outcome.DELIVERED
        assert [mail.email for mail in bench.fake.taken] == [email]
