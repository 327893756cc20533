"""`enishi sync` and `enishi syncs` before anything was published."""

from datetime import UTC, datetime

from reverse_etl.channel import Batch, Item, Operation
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.steps import PlanItem


def test_sync_says_what_to_run_first_when_nothing_was_published(enishi, tmp_path):
    code, output = enishi("sync", "run", "winback__file")
    assert (code, output) == (
        1,
        "There is no publication yet: run `enishi publish` first.\n",
    )
    assert not (tmp_path / "home" / "sample" / "outbox").exists()


def test_sync_names_the_syncs_of_the_shop_when_it_has_no_such_sync(enishi):
    code, output = enishi("sync", "run", "winback__pigeon")
    assert code == 1
    assert "The shop sample has no sync winback__pigeon; it has" in output
    assert "winback__file" in output


def test_approve_refuses_a_plan_that_does_not_wait(enishi):
    code, output = enishi("sync", "approve", "plan-1", "--by", "crm")
    assert (code, output) == (
        1,
        "plan plan-1 does not wait for approval; list the plans first\n",
    )


def test_approve_asks_who_approves_when_the_name_is_blank(enishi):
    code, output = enishi("sync", "approve", "plan-1", "--by", " ")
    assert (code, output) == (1, "plan plan-1: say who approves it\n")


def test_approve_asks_for_the_name_when_it_is_left_out(enishi):
    code, output = enishi("sync", "approve", "plan-1")
    assert code == 2
    assert "Approved" not in output


def test_syncs_shows_an_empty_table_when_none_ran(enishi):
    code, output = enishi("syncs")
    assert code == 0
    assert "refused" in output
    assert "__file" not in output


def test_release_says_how_many_rows_are_tried_again(enishi):
    assert enishi("sync", "release", "winback__file") == (0, "Released 0 rows of winback__file.\n")


def test_cancel_says_that_a_channel_has_no_undo(enishi):
    code, output = enishi("sync", "cancel", "winback__file")
    assert code == 1
    assert "channel file cannot call back what it has sent" in output


def test_rebaseline_asks_for_a_name_that_is_not_blank(enishi):
    assert enishi("sync", "rebaseline", "--by", " ")[0] == 1
    code, output = enishi("sync", "rebaseline", "--by", "crm")
    assert (code, output) == (0, "The ledger is taken as it is, by crm.\n")


def test_retry_failed_releases_whom_was_refused_since_and_runs_the_sync(enishi, tmp_path):
    state = tmp_path / "home" / "sample" / "state"
    state.mkdir(parents=True)
    ledger = Ledger(f"sqlite:///{state / 'ledger.sqlite'}", witness=state / "ledger_witness.json")
    for person, day in (("before", 19), ("since", 20)):
        at = datetime(2026, 11, day, tzinfo=UTC)
        for attempt in range(5):
            refuse(ledger, person, f"{person}{attempt}", at)
    assert ledger.quarantined("winback__file") == {"before", "since"}
    code, output = enishi("sync", "retry-failed", "winback__file", "--since", "2026-11-20")
    assert output == (
        "Released 1 rows of winback__file.\n"
        "There is no publication yet: run `enishi publish` first.\n"
    )
    assert code == 1
    assert ledger.quarantined("winback__file") == {"before"}
    ledger.close()


def refuse(ledger, person, run_id, at):
    """Let the destination refuse one person once."""
    key = f"winback__file:{run_id}:00001"
    items = [Item(person, person, {})]
    batch = Batch(key, "winback__file", run_id, at.date(), Operation.ADD, items)
    step = PlanItem(person, Operation.ADD, "add", "payload", "key", "")
    ledger.claim(batch, {person: step}, mapping_version=1, now=at)
    ledger.settle(key, rejected={person: "bad"}, now=at)
