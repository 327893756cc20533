"""A folder that is costly to fill, filled once for all processes of a test run."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """Give the folder that all processes of the test run share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """Give a folder of the run; the first process that asks fills it, the others wait for it.

    A build that fails leaves no mark, so the next process says the same of its own build.
    """
    run = run_folder(factory)
    with FileLock(run / f"{name}.lock"):
        built = sorted(run.glob(f"{name}-*/.built"))
        if built:
            return built[0].parent
        folder = run / f"{name}-{os.getpid()}"
        folder.mkdir()
        build(folder)
        (folder / ".built").touch()
    return folder
