"""Runs a phase in a process of its own and says what it took."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

_KIB_PER_MB = 1_000_000 / 1024 if sys.platform != "darwin" else 1_000_000
_BLOCKS_PER_MB = 1_000_000 / 512


class PhaseError(RuntimeError):
    """A phase ended with an error; the message names it and its log."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and processor seconds; in MB (10^6 bytes) the peak of resident memory and the writes.

    What was written is the kernel's count for the process and those it waited for, as
    write_bytes of /proc/self/io: data on its way to a disk, what spilled and was deleted included.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    written_mb: float

    def __add__(self, later: "Cost") -> "Cost":
        """One after the other: seconds and writes add up, the higher peak stays."""
        return Cost(
            self.seconds + later.seconds,
            self.cpu_seconds + later.cpu_seconds,
            max(self.peak_mb, later.peak_mb),
            self.written_mb + later.written_mb,
        )


def measure(
    name: str,
    command: Sequence[str],
    *,
    folder: Path,
    variables: Mapping[str, str],
    log: Path,
    allowed_codes: frozenset[int] = frozenset({0}),
) -> Cost:
    """The cost of a command, its own processes included; its output goes to the log.

    A process starts with the peak of the one that starts it, so the caller must stay small.

    Raises:
        PhaseError: the command ended with a code that is not allowed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        started = perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        # Popen's own wait would reap the process without saying what it used.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed_codes:
        raise PhaseError(f"{name} ended with code {process.returncode}; see {log}")
    return Cost(
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / _KIB_PER_MB,
        usage.ru_oublock / _BLOCKS_PER_MB,
    )
