with int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

customer_records as (
    select * from int_identity__records
    where record_kind = 'customer'
),

same_source_customer as (
    select
        customer_records.record_key as left_record,
        int_identity__records.record_key as right_record,
        'same_source_customer' as rule,
        greatest(customer_records.first_seen_at, int_identity__records.first_seen_at)
            as first_seen_at
    from int_identity__records
    inner join customer_records
        on
            int_identity__records.source = customer_records.source
            and int_identity__records.source_customer_id = customer_records.source_customer_id
    where int_identity__records.record_kind = 'order'
),

-- Each record points at the first of its group: one edge a record joins as much as all pairs do.
grouped as (
    select
        record_key,
        first_seen_at,
        first_value(record_key) over (
            partition by email_key, name_key order by record_key
        ) as group_record,
        first_value(first_seen_at) over (
            partition by email_key, name_key order by record_key
        ) as group_first_seen_at
    from int_identity__records
    where
        email_key is not null
        and name_key is not null
        and email_status in ('valid', 'legacy_jp')
),

email_and_name as (
    select
        group_record as left_record,
        record_key as right_record,
        'email_and_name' as rule,
        greatest(group_first_seen_at, first_seen_at) as first_seen_at
    from grouped
    where record_key <> group_record
),

int_identity__edges as (
    select * from same_source_customer
    union all
    select * from email_and_name
)

select * from int_identity__edges
