"""From the steps of a plan to what a batch carries."""

from collections.abc import Mapping

from reverse_etl.channel import Item, Operation
from reverse_etl.planning.planner import build_items
from reverse_etl.planning.publication import Publication, PublicationMissingError
from reverse_etl.planning.steps import PlanItem
from reverse_etl.sending.run_context import Run


def items_of(run: Run, operation: Operation, wanted: Mapping[str, PlanItem]) -> list[Item]:
    """Give what is sent for some steps of one operation."""
    if operation is Operation.REMOVE:
        return _removal_items(run, wanted)
    return build_items(run.spec, run.folder, run.channel, run.ledger.secret, wanted)


def _removal_items(run: Run, wanted: Mapping[str, PlanItem]) -> list[Item]:
    """Give what names the leavers to the destination: its own ids where it has any."""
    if not run.channel.capabilities.max_lookups:
        return [Item(p, p, {}, remote_id=step.remote_id) for p, step in wanted.items()]
    items = [
        Item(person, "", {}, remote_id=step.remote_id)
        for person, step in wanted.items()
        if step.remote_id
    ]
    unnamed = {person: step for person, step in wanted.items() if not step.remote_id}
    return items + run.delivery.find_leavers(unnamed, _contacts(run, unnamed))


def _contacts(run: Run, wanted: Mapping[str, PlanItem]) -> dict[str, Item]:
    """Give the leavers by the address that was sent to, from this publication or an older one."""
    found: dict[str, Item] = {}
    folder = run.folder.resolve()
    older = [folder.parent / name for name in run.ledger.recent_publications(run.spec.name) if name]
    for place in dict.fromkeys((folder, *older)):
        missing = sorted(wanted.keys() - found.keys())
        if not missing:
            break
        try:
            with Publication(place) as publication:
                payloads = publication.contact_payloads(run.spec, missing)
        except PublicationMissingError:
            continue
        found |= run.delivery.same_key(payloads, wanted)
    return found


def parts_of(items: list[Item], max_rows: int, max_bytes: int) -> list[list[Item]]:
    """Cut rows where the rows or the bytes of a batch would pass the limit."""
    parts: list[list[Item]] = []
    size = 0
    for item in items:
        if not parts or len(parts[-1]) == max_rows or size + item.size > max_bytes:
            parts.append([])
            size = 0
        parts[-1].append(item)
        size += item.size
    return parts
