"""What is sent for the next steps, built while the batches before it are on their way."""

from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor

from reverse_etl.channel import Item, Operation
from reverse_etl.planning.steps import PlanItem, Steps
from reverse_etl.sending.batching import items_of
from reverse_etl.sending.run_context import Run

Built = tuple[Mapping[str, PlanItem], list[Item]]


def built_ahead(run: Run, operation: Operation, steps: Steps, rows: int) -> Generator[Built]:
    """Give the steps of one operation, so many rows at a time, with what is sent for them.

    Building reads the publication and nothing else, so a thread does it for the next rows while
    the caller sends these. A removal asks ledger and destination whom it names: it is built when
    its turn has come. An error is raised at the rows that it is about, not before.
    """
    cuts = [steps[start : start + rows] for start in range(0, len(steps), rows)]

    def build(cut: Steps) -> Built:
        wanted = {step.person_id: step for step in cut}
        return wanted, items_of(run, operation, wanted)

    if operation is Operation.REMOVE or not cuts:
        yield from map(build, cuts)
        return
    with ThreadPoolExecutor(1, "building") as thread:
        coming = thread.submit(build, cuts[0])
        for cut in cuts[1:]:
            built, coming = coming.result(), thread.submit(build, cut)
            yield built
        yield coming.result()
