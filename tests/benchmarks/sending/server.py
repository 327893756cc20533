"""A local destination that takes mails as SendGrid documents it and writes down whom they reach.

`python -m tests.benchmarks.sending.server FOLDER SECONDS` answers every mail after so many seconds;
the port stands in FOLDER/port, each mail as `batch id, address` in FOLDER/journal.
"""

import json
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NO_BATCH = "-"


class Account:
    """What the vendor knows: the batches it gave out, those called back, and every mail."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._journal = (folder / "journal").open("a", encoding="utf-8")
        self._cancelled = (folder / "cancelled").open("a", encoding="utf-8")
        self._seconds = seconds
        self._lock = threading.Lock()
        self._batches = 0
        self._states: dict[str, str] = {}

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Give status and body for a mail, a new batch id, or a wish to cancel."""
        with self._lock:
            if path.endswith("/mail/batch"):
                self._batches += 1
                return 201, {"batch_id": f"batch{self._batches}"}
            if path.endswith("/user/scheduled_sends"):
                self._states[body["batch_id"]] = body["status"]
                self._cancelled.write(f"{body['batch_id']}\n")
                self._cancelled.flush()
                return 201, body
            batch = body.get("batch_id", NO_BATCH)
            people = [part["to"][0]["email"] for part in body["personalizations"]]
            self._journal.write("".join(f"{batch},{email}\n" for email in people))
            self._journal.flush()
        time.sleep(self._seconds)
        return 202, None

    def state(self, batch: str) -> list[dict[str, str]]:
        """Give what was wished for a batch."""
        with self._lock:
            status = self._states.get(batch)
        return [{"batch_id": batch, "status": status}] if status else []


def copies(folder: Path) -> Counter[str]:
    """Give how many mails each address got, those called back apart."""
    cancelled = set((folder / "cancelled").read_text(encoding="utf-8").split())
    lines = (folder / "journal").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(",") for line in lines)
    return Counter(email for batch, _, email in rows if batch not in cancelled)


def main(folder: Path, seconds: float) -> None:
    """Serve until killed."""
    account = Account(folder, seconds)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
            self._answer(*account.post(self.path, json.loads(raw or b"{}")))

        def do_GET(self) -> None:
            self._answer(200, account.state(self.path.rpartition("/")[2]))

        def _answer(self, status: int, body: Any) -> None:
            raw = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Say nothing: a log costs time."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    (folder / "port.new").write_text(str(server.server_port), encoding="utf-8")
    (folder / "port.new").rename(folder / "port")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
