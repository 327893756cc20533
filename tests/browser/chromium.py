"""A headless Chromium that opens pages from files and tells what it saw."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--lang=ja", "--remote-debugging-port=0",
)  # fmt: skip
PATIENCE = 30
"""Seconds until Chromium must have started, or a page must have drawn itself."""


class Chromium:
    """One page of a running browser, driven over its DevTools protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._calls = 0
        self.complaints: list[str] = []
        """Errors of the console and addresses that were asked for and are no file."""
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call one DevTools method and give its result."""
        self._calls += 1
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == self._calls:
                result: dict[str, Any] = answer.get("result", {})
                return result
            self._note(answer)

    def open(
        self, page: Path, language: str = "", *, width: int = 1280, scheme: str = "light"
    ) -> None:
        """Open a page in a window of so many pixels and wait until its charts are drawn."""
        self.complaints.clear()
        self.look(width=width, scheme=scheme)
        # From a blank page: another fragment alone would not load the page anew.
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=page.as_uri() + (f"#{language}" if language else ""))
        self.wait_for("document.readyState === 'complete' && 'drawn' in document.body.dataset")

    def look(self, *, width: int = 1280, scheme: str = "light") -> None:
        """Give the window so many pixels, and the user's wish for light or dark."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def speak(self, language: str) -> None:
        """Switch the open page to a language as its own link does."""
        self.ask(f"document.querySelector('[data-language={language}]').click()")
        self.wait_for(f"document.body.dataset.drawn === '{language}'")

    def settle(self) -> None:
        """Wait until the page has drawn what a new size or scheme made it draw."""
        self.ask(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>"
            " setTimeout(done, 50))))"
        )

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression is true in the page."""
        deadline = time.monotonic() + PATIENCE
        while not self.ask(expression):
            assert time.monotonic() < deadline, f"never true: {expression}; {self.complaints}"
            time.sleep(0.05)

    def ask(self, expression: str) -> Any:
        """Give the value of a JavaScript expression in the page."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        return answer.get("result", {}).get("value")

    def picture(self, file: Path) -> None:
        """Keep a picture of the whole page."""
        height = self.ask("document.documentElement.scrollHeight")
        width = self.ask("innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip
        )
        file.write_bytes(base64.b64decode(shot["data"]))

    def _note(self, event: dict[str, Any]) -> None:
        method, about = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(str(about["exceptionDetails"].get("exception", about)))
        if method == "Runtime.consoleAPICalled" and about["type"] in {"error", "warning"}:
            self.complaints.append(str(about["args"]))
        if method == "Log.entryAdded" and about["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(about["entry"]["text"])
        if method == "Network.requestWillBeSent":
            address = about["request"]["url"]
            if not address.startswith(("file:", "data:", "blob:", "about:")):
                self.complaints.append(f"asks for {address}")


@contextmanager
def running_chromium(profile: Path) -> Iterator[Chromium]:
    """Run a browser with one page, its settings in a folder of its own."""
    assert PROGRAM
    started = subprocess.Popen(
        [PROGRAM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        targets = _targets(profile / "DevToolsActivePort")
        page = next(target for target in targets if target["type"] == "page")
        with connect(page["webSocketDebuggerUrl"], max_size=None) as socket:
            yield Chromium(socket)
    finally:
        started.terminate()
        started.wait(PATIENCE)


def _targets(port_file: Path) -> list[dict[str, str]]:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            port = port_file.read_text().splitlines()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
                targets: list[dict[str, str]] = json.load(answer)
                return targets
        except (OSError, IndexError):
            assert time.monotonic() < deadline, "Chromium did not start"
            time.sleep(0.1)
