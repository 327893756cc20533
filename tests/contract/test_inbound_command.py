"""`enishi webhooks` as a process: it says what lacks, keeps a batch, and stops when told."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.contract.inbound_world import LINE_SECRET, Heard, Post, Vendor
from tests.contract.sync_world import TurnedClock

RUN = "from orchestration.cli.main import app; app()"


def _command(home: Path, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-c", RUN, "webhooks", *arguments],
        env={**known, "ENISHI_HOME": str(home), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_command_says_what_lacks_when_no_vendor_is_set_up(tmp_path: Path) -> None:
    command = _command(tmp_path, TWILIO_AUTH_TOKEN="canary-token")
    said, _ = command.communicate(timeout=60)
    assert command.returncode == 2
    assert "ENISHI_WEBHOOKS_URL" in said
    assert "canary-token" not in said


def test_command_keeps_what_a_vendor_signed_and_logs_nothing_of_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = _command(tmp_path, "--port", str(port), LINE_CHANNEL_SECRET=LINE_SECRET)
    post = Post(port, tmp_path / "sample" / "landing", Heard())
    body = b'{"destination":"U1","events":[{"type":"unfollow","source":{"userId":"Ucanary"}}]}'
    headers = Vendor(TurnedClock()).line(body)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                assert post.send("/line", body, headers) == 200
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert post.send("/sendgrid", b"[]", {}) == 404
    finally:
        command.send_signal(signal.SIGINT)
        said, _ = command.communicate(timeout=30)
    assert [file.read_bytes() for file in post.files()] == [body]
    assert "Ucanary" not in said
    assert LINE_SECRET not in said
