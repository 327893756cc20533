"""A ledger that cannot write: the run says so and sends no more; the next one takes it up."""

import resource
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reverse_etl.errors import LedgerError
from reverse_etl.ledger.ledger import Ledger
from tests.contract.forked import end, run_once, start
from tests.contract.letterbox import CHANNELS
from tests.contract.message_world import Mailroom, account_for, open_mailroom
from tests.contract.sync_world import NOW, member

PEOPLE = 1_000


def _with_room(work: Callable[[], None], room_bytes: int, told: Path) -> None:
    """Do work in a process whose files can grow to so many bytes; keep what its error says."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, hard))
    try:
        work()
    except LedgerError as error:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        told.write_text(str(error))


def _error_of_full_disk(room: Mailroom, folder: Path, room_bytes: int) -> str:
    told = room.folder / "told.txt"
    room.ledger.close()
    run = lambda: run_once(room, folder, "full")  # noqa: E731 - handed on as it is
    assert end(start(lambda: _with_room(run, room_bytes, told))) == 0
    return told.read_text()


@pytest.mark.parametrize("kind", CHANNELS)
def test_run_on_a_full_disk_names_the_ledger_and_the_next_loses_and_doubles_nobody(
    kind: str, tmp_path: Path
) -> None:
    with open_mailroom(tmp_path, kind) as room:
        folder = room.publish([member(n) for n in range(PEOPLE)])
        told = _error_of_full_disk(room, folder, room_bytes=400_000)
        assert told.startswith(f"the ledger at {room.url} cannot be used: ")
        assert told.endswith("run again: what was under way is settled first")
        reached = len(room.box.copies())
        assert 0 < reached < PEOPLE
        room.rerun(folder)
        account_for(room, PEOPLE)


def test_nothing_goes_when_the_disk_is_full_before_the_first_claim(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "C") as room:
        folder = room.publish([member(n) for n in range(PEOPLE)])
        _error_of_full_disk(room, folder, room_bytes=100_000)
        assert room.box.letters == []
        room.rerun(folder)
        account_for(room, PEOPLE)


def test_ledger_in_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"lost/ledger\.sqlite cannot be used: unable to open"):
        Ledger(f"sqlite:///{tmp_path}/lost/ledger.sqlite")


def test_no_password_of_the_ledger_is_told_when_its_server_is_away() -> None:
    pytest.importorskip("psycopg2", reason="psycopg2-binary is not installed")
    with pytest.raises(LedgerError) as caught:
        Ledger("postgresql+psycopg2://shop:CANARY@127.0.0.1:1/ledger")
    assert "shop:***@127.0.0.1:1" in str(caught.value)
    assert "CANARY" not in repr(caught.value)


def test_no_error_of_the_ledger_quotes_whom_it_is_about(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as other:
        other.execute(
            "create trigger refusing before insert on suppression "
            "begin select raise(abort, 'refused'); end"
        )
    with pytest.raises(Exception, match="refused") as caught:
        ledger.suppress("email", "canary@example.jp", "hard_bounce", NOW)
    told = "".join(traceback.format_exception(caught.value))
    assert ledger.address_hash("canary@example.jp") not in told
    ledger.close()
