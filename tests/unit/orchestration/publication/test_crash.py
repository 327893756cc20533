from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestration.publication.editions import current, history

ROOT = Path(__file__).parents[4]
Query = Callable[..., list[tuple[Any, ...]]]

# Publishes like the scheduler would, but the process is killed where the last argument says.
PUBLISHER = """
import os, signal, sys
from datetime import date, datetime
from pathlib import Path
from orchestration.publication import publish as module
from orchestration.publication.editions import Edition

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

where, replaced = sys.argv[3].split(":")
target = {"module": module, "Path": Path}[where]
setattr(target, replaced, killed)
module.publish(
    Path(sys.argv[1]), Path(sys.argv[2]),
    Edition("killed", "sample", "run2", date(2026, 10, 31), datetime(2026, 11, 1, 12)),
    gates=[], required_stages=[], limits=None,
)
"""

# Opens the current publication again and again, as BI does, until there is a file named stop.
READER = """
import sys
from pathlib import Path
import duckdb
from orchestration.publication.editions import current

published, stop = Path(sys.argv[1]), Path(sys.argv[2])
seen, reads = [], 0
print("ready", flush=True)
while not stop.exists():
    publication = current(published)
    with duckdb.connect(str(publication.warehouse), read_only=True) as connection:
        connection.execute(f"attach '{publication.contacts}' as contacts (read_only)")
        marks = connection.execute(
            "select publication_id from _publication.publication"
            " union all select publication_id from contacts._publication.publication"
            " union all select distinct mark from marts.customer_360"
            " union all select distinct mark from segments.seg_winback"
            " union all select distinct mark from contacts.contact.person_contacts"
        ).fetchall()
        files = publication.parquet.as_posix()
        marks += connection.execute(
            f"select distinct mark from '{files}/segments/seg_winback.parquet'"
        ).fetchall()
    assert len(marks) == 6 and len(set(marks)) == 1, marks
    reads += 1
    if not seen or seen[-1] != marks[0][0]:
        seen.append(marks[0][0])
print(reads, *seen)
"""


@pytest.mark.parametrize(
    ("place", "leftover"),
    [
        ("module:copy_tables", "killed.tmp"),
        ("Path:rename", "killed.tmp"),
        ("Path:symlink_to", "killed"),
        ("Path:replace", "current.tmp"),
    ],
)
def test_publish_keeps_the_old_one_when_it_is_killed(
    shop: Any, query: Query, place: str, leftover: str
) -> None:
    before = shop.publish().publication
    done = subprocess.run(
        [sys.executable, "-c", PUBLISHER, str(shop.work), str(shop.published), place],
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert leftover in {path.name for path in shop.published.iterdir()}
    assert current(shop.published) == before
    assert query(before.warehouse, "select count(*) from marts.customer_360") == [(200,)]

    after = shop.publish().publication
    assert current(shop.published) == after
    assert not list(shop.published.glob("*.tmp"))
    assert {"pub1", "pub2"} <= {each.publication_id for each in history(shop.published)}


def test_readers_see_one_whole_publication_when_ten_are_swapped(shop: Any, tmp_path: Path) -> None:
    marked = ("marts.customer_360", "segments.seg_winback", "contact.person_contacts")

    def publish_marked() -> str:
        mark = f"pub{shop.made + 1}"
        shop.build(*(f"alter table {t} add column mark varchar default '{mark}'" for t in marked))
        return str(shop.publish(keep=3).publication.publication_id)

    publish_marked()
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(shop.published), str(stop)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    for _ in range(10):
        last = publish_marked()
    time.sleep(0.3)
    stop.touch()
    told, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    reads, *seen = told.split()
    assert int(reads) >= len(seen) > 1
    assert seen[-1] == last == "pub11"
    assert seen == sorted(seen, key=lambda name: int(name.removeprefix("pub")))


def test_reader_keeps_its_rows_when_its_publication_is_pruned(shop: Any) -> None:
    import duckdb  # noqa: PLC0415  only here, children stay light

    first = shop.publish().publication
    with duckdb.connect(str(first.warehouse), read_only=True) as connection:
        shop.publish(keep=1)
        assert not first.folder.exists()
        assert connection.execute("select count(*) from marts.fct_orders").fetchall() == [(310,)]


@pytest.mark.slow
@pytest.mark.parametrize("release", ["1.1", "1.4"])
def test_published_files_open_when_the_reader_is_an_older_duckdb(
    shop: Any, tmp_path: Path, release: str
) -> None:
    publication = shop.publish().publication
    old = tmp_path / "old"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--target",
        str(old),
        f"duckdb=={release}.*",
    ]
    subprocess.run(pip, check=True)
    code = (
        f"import sys; sys.path.insert(0, {str(old)!r}); import duckdb\n"
        f"assert duckdb.__version__.startswith('{release}.'), duckdb.__version__\n"
        f"c = duckdb.connect({str(publication.warehouse)!r}, read_only=True)\n"
        f"c.execute(\"attach '{publication.contacts}' as contacts (read_only)\")\n"
        "print(c.execute('select count(*) from marts.fct_orders').fetchone()[0],"
        " c.execute('select count(*) from contacts.contact.person_contacts').fetchone()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "310 200\n"
