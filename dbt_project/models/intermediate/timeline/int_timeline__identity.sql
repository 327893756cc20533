with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

stg_customers as (
    select * from {{ ref('stg_customers') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

person_records as (
    select
        stg_person_map.person_id,
        int_identity__records.source,
        int_identity__records.source_customer_id,
        int_identity__records.first_seen_at,
        case
            when int_identity__records.source_customer_id is null
                then int_identity__records.record_key
            else
                int_identity__records.source || '|customer|'
                || int_identity__records.source_customer_id
        end as account_key
    from int_identity__records
    inner join stg_person_map on int_identity__records.record_key = stg_person_map.record_key
),

-- A customer with its orders, or the contact data of one guest order.
accounts as (
    select
        person_id,
        account_key,
        min(source) as source,
        min(source_customer_id) as source_customer_id,
        min(first_seen_at) as first_seen_at
    from person_records
    group by person_id, account_key
),

ranked_accounts as (
    select
        *,
        row_number() over (
            partition by person_id order by first_seen_at asc nulls first, account_key asc
        ) as account_rank
    from accounts
),

int_timeline__identity as (
    select
        person_id,
        first_seen_at as occurred_at,
        'first_seen' as event_kind,
        cast(null as {{ dbt.type_string() }}) as channel,
        person_id as object_id,
        cast(null as {{ dbt.type_string() }}) as detail
    from int_persons
    where first_seen_at is not null
    union all
    select
        stg_person_map.person_id,
        stg_customers.registered_at as occurred_at,
        'sign_up' as event_kind,
        cast(null as {{ dbt.type_string() }}) as channel,
        stg_customers.customer_id as object_id,
        stg_customers.source as detail
    from stg_customers
    inner join stg_person_map
        on
            stg_customers.source || '|customer|' || stg_customers.source_customer_id
            = stg_person_map.record_key
    where stg_customers.registered_at is not null
    union all
    -- The resolution keeps no clock: an account joins its person when it first shows.
    select
        person_id,
        first_seen_at as occurred_at,
        'identity_merge' as event_kind,
        cast(null as {{ dbt.type_string() }}) as channel,
        source || ':' || source_customer_id as object_id,
        source as detail
    from ranked_accounts
    where account_rank > 1 and source_customer_id is not null and first_seen_at is not null
)

select * from int_timeline__identity
