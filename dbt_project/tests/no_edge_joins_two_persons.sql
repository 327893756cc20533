-- A returned row is an edge of the identity graph whose records have different persons, or none.
with identity_edges as (
    select * from {{ ref('identity_edges') }}
),

person_identifiers as (
    select * from {{ ref('person_identifiers') }}
)

select
    identity_edges.left_record,
    identity_edges.right_record
from identity_edges
left join person_identifiers as left_identifiers
    on identity_edges.left_record = left_identifiers.record_key
left join person_identifiers as right_identifiers
    on identity_edges.right_record = right_identifiers.record_key
where left_identifiers.person_id is distinct from right_identifiers.person_id
