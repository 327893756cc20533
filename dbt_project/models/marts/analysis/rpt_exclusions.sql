with fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

stg_quarantined_rows as (
    select * from {{ ref('stg_quarantined_rows') }}
),

rpt_exclusions as (
    select
        'order_line' as subject,
        source,
        exclusion_reason as reason,
        count(*) as rows,
        {{ money('sum(gross_sales)') }} as amount,
        currency
    from fct_order_lines
    where not is_counted
    group by source, exclusion_reason, currency
    union all
    select
        'order' as subject,
        source,
        exclusion_reason as reason,
        count(*) as rows,
        {{ money('sum(gross_sales)') }} as amount,
        currency
    from fct_orders
    where not is_purchase
    group by source, exclusion_reason, currency
    union all
    select
        'quarantined_row' as subject,
        source,
        reason,
        count(*) as rows,
        {{ money('null') }} as amount,
        '{{ var("currency") }}' as currency
    from stg_quarantined_rows
    group by source, reason
)

select * from rpt_exclusions
