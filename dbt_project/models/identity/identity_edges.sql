with int_identity__edges as (
    select * from {{ ref('int_identity__edges') }}
),

identity_edges as (
    select
        left_record,
        right_record,
        rule,
        first_seen_at
    from int_identity__edges
)

select * from identity_edges
