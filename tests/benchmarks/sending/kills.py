"""The same kills for both: how many mails too many, and whom nobody reached.

`python -m tests.benchmarks.sending.kills [--people N] [--kills N]`
"""

import argparse
import random
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from reverse_etl.ledger.ledger import Ledger
from tests.benchmarks.sending.ours import SPEC
from tests.benchmarks.sending.server import copies
from tests.benchmarks.sending.world import World, open_world

ROWS_PER_REQUEST = 50
TWICE_AS_FAR = 2


@dataclass(frozen=True)
class Harm:
    """What became of the people after every kill and one run that ended."""

    kills: int
    reached: int
    lost: int
    too_many: int
    """Mails beyond the first of each person."""
    most: int
    """Mails of the person with the most."""
    unknown: int
    """Listed as such, never sent again."""
    seconds: float


def survive(who: str, folder: Path, people: int, kills: int) -> Harm:
    """Kill a run after a random number of requests, again and again, then let one end."""
    draw = random.Random(7)  # noqa: S311 - the same draws for both
    # So that the kills reach to the last request of one that goes on where it stopped.
    far = max(1, TWICE_AS_FAR * people // ROWS_PER_REQUEST // (kills + 1))
    with open_world(folder, people, ROWS_PER_REQUEST, 0.01) as world:
        began, killed = time.perf_counter(), 0
        for number in range(kills):
            killed += _kill(world, who, f"k{number}", draw.randint(1, far), draw.uniform(0, 0.03))
        world.send(who, "last")
        counted = copies(world.folder)
        unknown = _unknown(world.folder) if who == "ours" else 0
        seconds = time.perf_counter() - began
    return Harm(
        kills=killed,
        reached=len(counted),
        lost=people - len(counted) - unknown,
        too_many=sum(counted.values()) - len(counted),
        most=max(counted.values()),
        unknown=unknown,
        seconds=seconds,
    )


def _kill(world: World, who: str, run_id: str, requests: int, seconds: float) -> bool:
    """Kill a run so long after its last allowed request; say whether it had not ended."""
    journal = world.folder / "journal"
    wanted = _requests(journal) + requests
    child = world.start(who, run_id)
    while child.poll() is None and _requests(journal) < wanted:
        time.sleep(0.005)
    time.sleep(seconds)
    child.kill()
    child.communicate()
    return child.returncode == -9


def _requests(journal: Path) -> int:
    with journal.open("rb") as file:
        return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b"")) // (
            ROWS_PER_REQUEST
        )


def _unknown(folder: Path) -> int:
    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
    listed = len(ledger.unknown_messages(SPEC.name))
    ledger.close()
    return listed


def main() -> None:
    """Print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=200)
    options = parser.parse_args()
    print("| | kills | people reached | lost | mails too many | most to one | unknown | s |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for who, name in (("ours", "Enishi, SendGrid mail"), ("theirs", "drt-core 1.2.1")):
        place = Path(tempfile.mkdtemp(prefix="kills-"))
        harm = survive(who, place / "world", options.people, options.kills)
        shutil.rmtree(place)
        print(
            f"| {name} | {harm.kills} | {harm.reached:,} | {harm.lost:,} | {harm.too_many:,} "
            f"| {harm.most} | {harm.unknown} | {harm.seconds:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
