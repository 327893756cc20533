"""Take the pictures of docs/images anew: `make docs`, after `make run`, with Chromium installed."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
UI_PORT, DEVTOOLS_PORT = 3790, 9790
PATIENCE = 20
"""Seconds that a program gets to end by itself."""
UI = f"http://127.0.0.1:{UI_PORT}"


class Browser:
    """A headless Chromium, driven over its DevTools protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        """Take an open connection to a page."""
        self._socket = socket
        self._calls = 0

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call one DevTools method and give its result."""
        self._calls += 1
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._calls:
                result: dict[str, Any] = answer.get("result", {})
                return result

    def picture(self, url: str, name: str, *, width: int, height: int, wait: float) -> None:
        """Open a page, wait until it has drawn itself, and keep what it shows."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.call("Page.navigate", url=url)
        time.sleep(wait)
        shot = self.call("Page.captureScreenshot", format="png")
        (IMAGES / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))
        print(f"docs/images/{name}.png")


@contextmanager
def process(*command: str) -> Iterator[None]:
    """Run a program, and what it starts, as long as it is needed."""
    started = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        started.terminate()
        try:
            started.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            # Dagster asks its servers with an interrupt, which a job in the background ignores.
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def answered(url: str, patience: float) -> Any:
    """What a local address answers, once it does."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  our own address
                return response.read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with one page."""
    with (
        tempfile.TemporaryDirectory() as profile,
        process(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=ja",
            f"--user-data-dir={profile}",
            f"--remote-debugging-port={DEVTOOLS_PORT}",
            "about:blank",
        ),
    ):
        targets = json.loads(answered(f"http://127.0.0.1:{DEVTOOLS_PORT}/json", 60))
        page = next(target for target in targets if target["type"] == "page")
        with connect(page["webSocketDebuggerUrl"], max_size=None) as socket:
            yield Browser(socket)


def latest_run(status: str) -> str:
    """The newest run of that status in the Dagster instance."""
    query = (
        f"{{ runsOrError(filter: {{statuses: [{status}]}}, limit: 1)"
        " { ... on Runs { results { runId } } } }"
    )
    request = urllib.request.Request(  # noqa: S310  our own address
        f"{UI}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310  our own server
        runs = json.load(response)["data"]["runsOrError"]["results"]
    if not runs:
        sys.exit(f"There is no run with status {status} yet: `make run` makes one.")
    return str(runs[0]["runId"])


def fail_a_gate(home: Path) -> None:
    """Run a copy of the sample shop with an export whose registrations lie in the future."""
    shop = ROOT / "var" / "sample"
    for part in ("landing", "lake", "state", "generated.json"):
        origin = shop / part
        copy = shutil.copytree if origin.is_dir() else shutil.copy2
        copy(origin, home / "sample" / part)
    folder = home / "sample" / "landing" / "ec_cube"
    export = max(folder.glob("members_*.csv"))
    header, *rows = export.read_bytes().splitlines(keepends=True)
    poisoned = [row.replace(b'"2025-', b'"2095-') for row in rows]
    (folder / "members_2026-11-01.csv").write_bytes(b"".join([header, *poisoned]))
    enishi = str(Path(sys.executable).parent / "enishi")
    subprocess.run(
        [enishi, "publish"],
        cwd=ROOT,
        env={**os.environ, "ENISHI_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        check=False,
    )


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "sample").mkdir()
        fail_a_gate(Path(home))
    reports = ROOT / "var" / "sample" / "reports"
    dagster = str(Path(sys.executable).parent / "dagster")
    with process(dagster, "dev", "-p", str(UI_PORT)), browser() as chromium:
        index, person = (reports / f"{page}.html" for page in ("index", "person"))
        chromium.picture(index.as_uri(), "report", width=1280, height=1500, wait=5)
        chromium.picture(index.as_uri(), "report-phone", width=390, height=1500, wait=5)
        chromium.picture(person.as_uri(), "report-person", width=1280, height=1300, wait=5)
        answered(f"{UI}/server_info", 180)
        chromium.picture(f"{UI}/asset-groups", "asset-graph", width=1680, height=950, wait=25)
        run = latest_run("SUCCESS")
        chromium.picture(f"{UI}/runs/{run}", "run", width=1680, height=950, wait=20)
        check = f"{UI}/assets/ec_cube/customers?view=checks&checkDetail=inbound_gate"
        chromium.picture(check, "failed-gate", width=1680, height=950, wait=20)


if __name__ == "__main__":
    main()
