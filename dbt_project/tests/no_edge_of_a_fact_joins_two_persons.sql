-- A returned row is an order whose person is not that of the customer it names in its own source,
-- although nobody forbade it: facts are locked in first, and only a never-link stands against them.
with identity_edges as (
    select * from {{ ref('identity_edges') }}
)

select
    left_record,
    right_record,
    refused_reason
from identity_edges
where
    tier = 1
    and not is_accepted
    and coalesce(refused_reason, '') not in ('never_link', 'rule_disabled')
