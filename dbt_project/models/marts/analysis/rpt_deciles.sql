with int_person__deciles as (
    select * from {{ ref('int_person__deciles') }}
),

decile_sales as (
    select
        decile,
        count(*) as customers,
        sum(net_sales) as net_sales,
        min(net_sales) as min_sales,
        max(net_sales) as max_sales
    from int_person__deciles
    group by decile
),

accumulated as (
    select
        *,
        sum(net_sales) over () as total_sales,
        sum(net_sales) over (
            order by decile rows between unbounded preceding and current row
        ) as cumulative_sales
    from decile_sales
),

rpt_deciles as (
    select
        decile,
        customers,
        {{ money('net_sales') }} as net_sales,
        cast(net_sales as double) / nullif(cast(total_sales as double), 0) as sales_share,
        cast(cumulative_sales as double) / nullif(cast(total_sales as double), 0)
            as cumulative_share,
        {{ money('net_sales / customers') }} as average_sales,
        {{ money('min_sales') }} as min_sales,
        {{ money('max_sales') }} as max_sales,
        {{ as_of_date() }} as as_of_date,
        '{{ var("currency") }}' as currency
    from accumulated
)

select * from rpt_deciles
