with int_identity__identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
),

identity_limits as (
    select * from {{ ref('identity_limits') }}
),

-- Most values have one bearer and are settled by the first and the last of their names; only the
-- others are worth counting distinct names for.
shared_values as (
    select
        id_type,
        id_value,
        count(*) as record_count
    from int_identity__identifiers
    group by id_type, id_value
    having
        min(given_kana) <> max(given_kana)
        and min(given_name) <> max(given_name)
),

counted_values as (
    select
        shared_values.id_type,
        shared_values.id_value,
        shared_values.record_count,
        least(
            count(distinct int_identity__identifiers.given_kana),
            count(distinct int_identity__identifiers.given_name)
        ) as given_name_count
    from shared_values
    inner join int_identity__identifiers
        on
            shared_values.id_type = int_identity__identifiers.id_type
            and shared_values.id_value = int_identity__identifiers.id_value
    group by shared_values.id_type, shared_values.id_value, shared_values.record_count
),

int_identity__blocked_values as (
    select
        counted_values.id_type,
        counted_values.id_value,
        counted_values.record_count,
        counted_values.given_name_count,
        identity_limits.max_count as max_given_name_count
    from counted_values
    inner join identity_limits
        on identity_limits.limit_name = 'given_names_per_' || counted_values.id_type
    where counted_values.given_name_count > identity_limits.max_count
)

select * from int_identity__blocked_values
