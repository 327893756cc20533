with int_identity__blocked_values as (
    select * from {{ ref('int_identity__blocked_values') }}
),

identity_blocked_values as (
    select
        id_type,
        {{ keyed_hash('id_value') }} as value_hash,
        record_count,
        given_name_count,
        max_given_name_count
    from int_identity__blocked_values
)

select * from identity_blocked_values
