"""What speaks against sending from the current publication."""

from datetime import UTC

from orchestration.publication.editions import Publication
from orchestration.publication.gates import GateBook
from orchestration.workspace import Workspace
from reverse_etl.planning.guards import Breaker


def sending_concerns(workspace: Workspace, published: Publication) -> tuple[Breaker, ...]:
    """Give a reason to wait when a build after this publication was kept back by a gate.

    The publication itself is whole, but what stopped the next one may lie in its data as well.
    """
    since = published.edition.published_at.replace(tzinfo=UTC)
    failures = GateBook(workspace.gates).failures_since(since)
    if not failures:
        return ()
    first = failures[0]
    more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
    message = (
        f"the build after this publication was kept back by gate {first.stage}, "
        f"check {first.check_name}{more}; mend the data and build again, or approve this plan"
    )
    return (Breaker("gate_failed", message),)
