"""Everybody who shall get a mail, as each of the three reads them, and the destination."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tests.benchmarks.sending import theirs
from tests.benchmarks.sending.ours import SPEC
from tests.contract.sync_world import CONTACT_SCHEMA, NOW, SCHEMA

ROOT = Path(__file__).parents[3]
WORLD = f"""
insert into segments.seg_winback
select 'p' || i, timestamp '2026-10-01', 'lapsed', null, 200, 1, 1000, 'tea' from range($1) as r(i);
insert into policy.send_eligibility
select 'p' || i, '{SPEC.name}', 'seg_winback', 'email', true, null from range($1) as r(i);
"""


@dataclass(frozen=True)
class World:
    """One folder of people, and the address of the destination that takes the mails."""

    folder: Path
    url: str
    size: int
    """People in one request."""

    def command(self, who: str, run_id: str = "run") -> list[str]:
        """Give the command with which one of the three sends."""
        if who == "theirs":
            return [str(theirs.executable()), "run"]
        module = [sys.executable, "-m", f"tests.benchmarks.sending.{who}"]
        if who == "bare":
            return [*module, str(self.folder / "recipients.duckdb"), self.url, str(self.size)]
        return [*module, str(self.folder), self.url, str(self.size), run_id]

    def start(self, who: str, run_id: str = "run") -> subprocess.Popen[bytes]:
        """Begin to send."""
        home = self.folder / "home"
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        if who == "theirs":
            environment = {"PATH": os.environ["PATH"], "HOME": str(home), "DO_NOT_TRACK": "1"}
        place = self.folder if who == "theirs" else ROOT
        return subprocess.Popen(
            self.command(who, run_id),
            cwd=place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def send(self, who: str, run_id: str = "run") -> Mapping[str, Any]:
        """Send to the end and give the seconds of the work and of the whole process."""
        began = time.perf_counter()
        child = self.start(who, run_id)
        output = child.communicate()[0].decode()
        if child.returncode:
            raise RuntimeError(f"{who} ended with {child.returncode}:\n{output}")
        whole = time.perf_counter() - began
        told = {} if who == "theirs" else json.loads(output.splitlines()[-1])
        return {"whole": whole, "seconds": told.get("seconds", whole)}


@contextmanager
def open_world(folder: Path, rows: int, size: int, answer_seconds: float) -> Iterator[World]:
    """Give people and a destination that answers each mail after so many seconds."""
    folder.mkdir(parents=True)
    _write_people(folder, rows)
    command = [sys.executable, "-m", "tests.benchmarks.sending.server"]
    # A killed sender breaks its connection, which the server's library prints.
    server = subprocess.Popen(
        [*command, str(folder), str(answer_seconds)], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        while not (folder / "port").exists():
            time.sleep(0.02)
        url = f"http://127.0.0.1:{(folder / 'port').read_text(encoding='utf-8')}"
        theirs.write_project(folder, folder / "recipients.duckdb", url, size)
        yield World(folder, url, size)
    finally:
        server.kill()
        server.wait()


def _write_people(folder: Path, rows: int) -> None:
    published = folder / "published"
    published.mkdir()
    with duckdb.connect(str(published / "warehouse.duckdb")) as warehouse:
        warehouse.execute(SCHEMA)
        for statement in WORLD.strip().rstrip(";").split(";"):
            warehouse.execute(statement, [rows])
        warehouse.execute("insert into policy.media values ('email', null, null, true)")
        warehouse.execute(
            "insert into _publication.publication values ('p', 'sample', 'r', ?, ?, 1)",
            [date(2026, 10, 31), NOW.replace(tzinfo=None)],
        )
    with duckdb.connect(str(published / "contacts.duckdb")) as contacts:
        contacts.execute(CONTACT_SCHEMA)
        contacts.execute(
            "insert into contact.person_contacts select 'p' || i, '山田', '花子', '', '', "
            "'a' || i || '@example.jp', 'ok', null, '1000001', '東京都', '千代田', null, null "
            "from range(?) as r(i)",
            [rows],
        )
    with duckdb.connect(str(folder / "recipients.duckdb")) as plain:
        plain.execute(
            "create table recipients as select 'p' || i as person_id, "
            "'a' || i || '@example.jp' as email, '花子' as first_name from range(?) as r(i)",
            [rows],
        )
