"""The benchmark's own three senders reach everybody once; the same kills harm whom they harm."""

from pathlib import Path

import pytest

from tests.benchmarks.sending.kills import survive
from tests.benchmarks.sending.server import copies
from tests.benchmarks.sending.world import open_world


@pytest.mark.slow
@pytest.mark.parametrize("who", ["bare", "ours", "theirs"])
def test_sender_reaches_everybody_once_when_nothing_breaks(who: str, tmp_path: Path) -> None:
    with open_world(tmp_path / "world", 300, 100, 0.0) as world:
        world.send(who)
        counted = copies(world.folder)
    assert (len(counted), set(counted.values())) == (300, {1})


@pytest.mark.slow
def test_kills_make_drt_send_again_and_us_not(tmp_path: Path) -> None:
    ours = survive("ours", tmp_path / "ours", people=1_000, kills=4)
    theirs = survive("theirs", tmp_path / "theirs", people=1_000, kills=4)
    assert (ours.kills, ours.lost, ours.too_many, ours.most) == (4, 0, 0, 1)
    assert (theirs.kills, theirs.lost) == (4, 0)
    # Each kill comes after a request at least, and drt begins anew.
    assert theirs.too_many >= 4 * 50
    assert theirs.most == 5
