"""The code location: everything in orchestration/defs, run in one process."""

from pathlib import Path

import dagster as dg

# A step in a process of its own costs seconds and gains nothing on a single-writer warehouse.
defs = dg.Definitions.merge(
    dg.load_from_defs_folder(path_within_project=Path(__file__).parents[1]),
    dg.Definitions(executor=dg.in_process_executor),
)
