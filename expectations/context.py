"""The Great Expectations context of this project: in memory, silent, nothing sent anywhere."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from great_expectations.data_context import EphemeralDataContext


def quiet_context() -> EphemeralDataContext:
    """Give a new ephemeral context with analytics and progress bars off.

    The import costs seconds, so it happens here and not when this module is loaded.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # Great Expectations logs the exception of an expectation, whose text can quote a value.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    import great_expectations as gx  # noqa: PLC0415  imports slowly

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context
