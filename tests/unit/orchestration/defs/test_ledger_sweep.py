"""The scheduled sweep forgets the old log of the shop's ledger and nothing else."""

from datetime import timedelta

from orchestration.defs.ledger_sweep import sweep_ledger
from orchestration.shops.ledger import shop_ledger
from reverse_etl.channel import Batch, Item, Operation
from reverse_etl.planning.steps import PlanItem


def send(ledger, person, at):
    """Let one person be held by the destination since an instant."""
    key = f"winback__file:{person}:00001"
    items = [Item(person, person, {})]
    batch = Batch(key, "winback__file", person, at.date(), Operation.ADD, items)
    step = PlanItem(person, Operation.ADD, "add", "payload", "key", "")
    ledger.claim(batch, {person: step}, mapping_version=1, now=at)
    ledger.settle(key, now=at)


def test_scheduled_sweep_forgets_the_log_after_ninety_days_and_no_state(shop):
    now = shop.now()
    with shop_ledger(shop.settings, shop.workspace) as ledger:
        send(ledger, "old", now - timedelta(days=90, minutes=1))
        send(ledger, "new", now - timedelta(days=89, hours=23))
    result = sweep_ledger.execute_in_process(resources={"shop": shop})
    assert result.success
    with shop_ledger(shop.settings, shop.workspace) as ledger:
        assert ledger.batch_count("old", "winback__file") == 0
        assert ledger.batch_count("new", "winback__file") == 1
        assert set(ledger.state("winback__file")) == {"old", "new"}
