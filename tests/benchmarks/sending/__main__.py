"""Mails per second: our run, the bare SDK in a loop and drt in its batch mode, one after another.

`python -m tests.benchmarks.sending [--people N] [--answers 0 0.25 1]`; the same local destination,
1,000 people a request. It ends with an error when somebody was not reached once, never for time.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from tests.benchmarks.sending.server import copies
from tests.benchmarks.sending.world import open_world

SENDERS = {"bare": "bare SDK loop", "ours": "Enishi", "theirs": "drt-core 1.2.1, batch mode"}
ROWS_PER_REQUEST = 1_000


def measure(who: str, people: int, answer_seconds: float) -> float:
    """Give the seconds of one process that sends to everybody once, its start included."""
    place = Path(tempfile.mkdtemp(prefix="sending-"))
    try:
        with open_world(place / "world", people, ROWS_PER_REQUEST, answer_seconds) as world:
            took = world.send(who)
            counted = copies(world.folder)
    finally:
        shutil.rmtree(place)
    if len(counted) != people or max(counted.values()) != 1:
        raise SystemExit(f"{who}: {len(counted)} of {people} people reached, not each of them once")
    return float(took["whole"])


def main() -> None:
    """Print a table: each answer time, each sender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--answers", type=float, nargs="+", default=[0.0, 0.25, 1.0])
    options = parser.parse_args()
    print("| answer after s | sender | s | mails/s | of the bare loop |")
    print("|---:|---|---:|---:|---:|")
    for answer_seconds in options.answers:
        took = {who: measure(who, options.people, answer_seconds) for who in SENDERS}
        for who, name in SENDERS.items():
            share = took["bare"] / took[who]
            rate = options.people / took[who]
            print(
                f"| {answer_seconds:g} | {name} | {took[who]:.1f} | {rate:,.0f} | {share:.0%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
