"""A folder that is replaced at one stroke: a link that moves from one edition to the next."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write into; it takes the place of `folder` when all went well.

    `folder` is a symbolic link to the newest edition beside it, so that whoever opens it sees the
    old files or the new ones, never some of both. What was there before is deleted.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    edition = Path(tempfile.mkdtemp(prefix=_prefix(folder), dir=folder.parent))
    edition.chmod(0o755)
    try:
        yield edition
    except BaseException:
        shutil.rmtree(edition)
        raise
    _point(folder, edition)
    for former in folder.parent.glob(f"{_prefix(folder)}*"):
        if former != edition:
            shutil.rmtree(former)


def _prefix(folder: Path) -> str:
    return f".{folder.name}-"


def _point(folder: Path, edition: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        # A report from before there were editions.
        folder.rename(folder.with_name(f"{_prefix(folder)}former"))
    link = edition.with_name(f"{folder.name}.link")
    link.unlink(missing_ok=True)
    link.symlink_to(edition.name)
    link.replace(folder)
