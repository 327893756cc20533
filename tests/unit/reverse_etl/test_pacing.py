"""A run keeps its sync while it works, writes that down seldom, and ends when it lost it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from reverse_etl.errors import TransientError
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.sending.pacing import Pacer
from reverse_etl.sending.retries import SendPolicy
from tests.contract.letterbox import CHANNELS
from tests.contract.message_world import Mailroom, open_mailroom
from tests.contract.sync_world import NOW, message_spec

LEASE = 900.0


@contextmanager
def _working(folder: Path) -> Iterator[tuple[Mailroom, Pacer]]:
    with (
        open_mailroom(folder, "C") as room,
        room.ledger.lease(room.spec.name, now=room.clock.now(), seconds=LEASE) as owner,
    ):
        policy = SendPolicy(live=True, lease_seconds=LEASE)
        pacer = Pacer(
            message_spec(CHANNELS["C"].name),
            room.ledger,
            room.channel(),
            policy,
            room.clock,
            owner=owner,
        )
        pacer.extend_lease()
        yield room, pacer


def _is_free(room: Mailroom, seconds: float) -> bool:
    """Say whether another machine could take the sync so long after the beginning."""
    other = Ledger(room.url)
    try:
        with other.lease(room.spec.name, now=NOW + timedelta(seconds=seconds), seconds=1.0):
            return True
    except TransientError:
        return False
    finally:
        other.close()


@pytest.mark.parametrize(("worked", "free_at"), [(300.0, 900.0), (301.0, 1_201.0)])
def test_lease_is_extended_when_a_third_of_it_has_passed(
    worked: float, free_at: float, tmp_path: Path
) -> None:
    with _working(tmp_path) as (room, pacer):
        room.clock.sleep(worked)
        pacer.extend_lease()
        assert not _is_free(room, free_at - 1)
        assert _is_free(room, free_at)


def test_lease_lasts_over_a_wait_that_is_longer(tmp_path: Path) -> None:
    with _working(tmp_path) as (room, pacer):
        pacer.wait(2_000.0)
        assert not _is_free(room, 2_000.0)


def test_run_that_slept_through_its_lease_ends_when_another_took_the_sync(tmp_path: Path) -> None:
    with _working(tmp_path) as (room, pacer):
        room.clock.sleep(LEASE + 1)
        other = Ledger(room.url)
        with (
            other.lease(room.spec.name, now=room.clock.now(), seconds=LEASE),
            pytest.raises(TransientError, match="another process took over"),
        ):
            pacer.extend_lease()
        other.close()
