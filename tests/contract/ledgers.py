"""New ledgers, copied from one that was brought to the newest version once."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from reverse_etl.ledger.ledger import Ledger

NAME = "ledger.sqlite"


def new_ledger(folder: Path, **options: Any) -> Ledger:
    """Give an empty ledger in a folder; to make its tables each time costs more than most tests.

    Those of one process have one secret: a test that wants another opens its own.
    """
    (folder / NAME).write_bytes(_newest())
    return Ledger(f"sqlite:///{folder / NAME}", **options)


@cache
def _newest() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        Ledger(f"sqlite:///{file}").close()
        return file.read_bytes()
