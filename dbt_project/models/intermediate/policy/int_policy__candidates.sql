with int_policy__members as (
    select * from {{ ref('int_policy__members') }}
),

syncs as (
    select * from {{ ref('syncs') }}
),

int_policy__candidates as (
    select
        int_policy__members.person_id,
        syncs.sync,
        syncs.segment,
        syncs.channel,
        syncs.kind,
        syncs.purpose,
        syncs.topic,
        syncs.priority,
        syncs.holdout_percent,
        cast(int_policy__members.entered_at as {{ dbt.type_string() }}) as occurrence,
        coalesce(syncs.product_id, int_policy__members.product_id) as product_id
    from int_policy__members
    inner join syncs on int_policy__members.segment = syncs.segment
)

select * from int_policy__candidates
