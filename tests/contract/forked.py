"""Runs in processes of their own that may be killed at any instant."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from reverse_etl.engine import run_sync
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.spec import SyncSpec
from tests.contract.message_world import Mailroom
from tests.contract.sync_world import LIVE

ENGINE = str(Path(__file__).parents[2] / "reverse_etl")


def start(work: Callable[[], None]) -> int:
    """Begin work in a child and give its process id; it ends with the work, whatever comes."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def end(child: int) -> int:
    """Give how a child ended: 0, 1, or -9 for one that was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run_once(
    room: Mailroom,
    folder: Path,
    run_id: str,
    *,
    spec: SyncSpec | None = None,
    on_step: Callable[[str], None] = lambda _step: None,
) -> None:
    """Run a sync with a ledger of this process alone."""
    ledger = Ledger(room.url, witness=room.folder / "witness.json")
    channel = room.channel()
    policy = LIVE.__class__(live=True, on_step=on_step)
    run_sync(
        spec or room.spec, folder, ledger, channel, policy=policy, clock=room.clock, run_id=run_id
    )
    channel.close()
    ledger.close()


def kill_me() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at_line(wanted: int) -> Callable[[str], None]:
    """Give a listener that kills before the wanted line of the engine, from the first claim on."""
    seen = 0

    def count(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal seen
        if event == "line":
            seen += 1
            if seen == wanted:
                kill_me()
        return count

    def trace(frame: FrameType, _event: str, _argument: object) -> Any:
        return count if frame.f_code.co_filename.startswith(ENGINE) else None

    def begin(step: str) -> None:
        if step == "prepared" and sys.gettrace() is None:
            sys.settrace(trace)
            frame: FrameType | None = sys._getframe(1)
            while frame is not None:
                if frame.f_code.co_filename.startswith(ENGINE):
                    frame.f_trace = count
                frame = frame.f_back

    return begin
