with int_person__gaps as (
    select * from {{ ref('int_person__gaps') }}
),

-- What is typical for others moves with every order of theirs; this stays until the person buys.
paced as (
    select
        person_id,
        last_purchase_date,
        {{ shrunk_days('p80_days', var('winback_min_days')) }} as patience_days
    from int_person__gaps
),

scn_winback as (
    select
        person_id,
        cast(last_purchase_date as {{ dbt.type_string() }}) as occurrence,
        {{ local_midnight(add_days('last_purchase_date', whole_days('patience_days'))) }}
            as anchor_at,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'the own rhythm has run out' as why
    from paced
)

select * from scn_winback
