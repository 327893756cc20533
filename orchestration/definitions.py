"""The code location: everything in orchestration/defs, run as the variables say."""

from pathlib import Path

import dagster as dg

from orchestration.defs.executor import step_executor
from orchestration.deployment import refuse_impossible
from orchestration.environments import Settings, read_settings


def _location(settings: Settings) -> dg.Definitions:
    refuse_impossible(settings)
    return dg.Definitions.merge(
        dg.load_from_defs_folder(path_within_project=Path(__file__).parents[1]),
        dg.Definitions(executor=step_executor(settings.executor)),
    )


defs = _location(read_settings())
