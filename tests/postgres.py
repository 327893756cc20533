"""A PostgreSQL server of a test's own, from the machine's binaries; skipped where there is none."""

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PLACES = (Path("/usr/lib/postgresql/15/bin"), Path("/usr/local/bin"))


class Server(str):
    """The address of a server; each test makes a database of its own on it."""

    __slots__ = ()

    def create(self, name: str) -> str:
        """Make a database and give its URL."""
        import psycopg2  # noqa: PLC0415 (an extra that not every machine has)

        connection = psycopg2.connect(self.replace("+psycopg2", "") + "postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'create database "{name}"')
        connection.close()
        return f"{self}{name}"


def _binaries() -> Path | None:
    return next((place for place in PLACES if (place / "initdb").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def open_postgres(folder: Path) -> Iterator[Server]:
    """Give a running server; skips the test without binaries or without psycopg2."""
    pytest.importorskip("psycopg2", reason="psycopg2-binary is not installed")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL 15 on this machine")
    data = folder.resolve() / "data"
    as_user: dict[str, str | int] = {}
    if os.geteuid() == 0:
        # The server refuses to run as root.
        try:
            nobody = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("no user postgres to run the server as")
        for place in (folder, *folder.parents):
            if place.stat().st_mode & 0o001 == 0:
                place.chmod(place.stat().st_mode | 0o011)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid}
    port = _free_port()
    make = [str(binaries / "initdb"), "-D", str(data), "-U", "ledger", "-A", "trust", "--no-sync"]
    make += ["--locale", "C.UTF-8", "--encoding", "UTF8"]
    subprocess.run(make, check=True, capture_output=True, cwd=folder, **as_user)
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder)]
    command += ["-c", "fsync=off", "-h", "127.0.0.1"]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=folder, **as_user)
    try:
        _await(port)
        yield Server(f"postgresql+psycopg2://ledger@127.0.0.1:{port}/")
    finally:
        server.terminate()
        server.wait(timeout=30)


def _await(port: int) -> None:
    """Wait until the server takes connections."""
    import psycopg2  # noqa: PLC0415 (an extra that not every machine has)

    for _ in range(100):
        try:
            psycopg2.connect(f"postgresql://ledger@127.0.0.1:{port}/postgres").close()
        except psycopg2.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("PostgreSQL did not start within ten seconds")
