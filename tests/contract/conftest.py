"""What one channel's SDK sets for the whole process does not reach another's tests."""

import logging

import pytest


@pytest.fixture(autouse=True)
def _loggers_as_at_the_start() -> None:
    """LINE's SDK sets the level of urllib3's logger; the next channel's leak would be unheard."""
    logging.getLogger("urllib3").setLevel(logging.NOTSET)
