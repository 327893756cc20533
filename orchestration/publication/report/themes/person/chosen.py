"""Whom the person card shows: the person asked for, else an example with a rich history."""

from __future__ import annotations

from orchestration.publication.report.published import Published

# Of the repeaters whoever met most kinds of events, on most channels; the id breaks ties.
_EXAMPLE = """
select person.person_id
from marts.customer_360 as person
inner join marts.person_timeline as event on person.person_id = event.person_id
group by person.person_id, person.stage
order by
    person.stage = 'repeater' desc, count(distinct event.event_kind) desc,
    count(distinct event.channel) desc, count(*) desc, person.person_id
limit 1
"""


def chosen_person(published: Published) -> str | None:
    """Give the id of the person of the card; None when nobody has a history."""
    if published.person_id is not None:
        return published.person_id
    found = published.rows(str, _EXAMPLE)
    return found[0] if found else None
