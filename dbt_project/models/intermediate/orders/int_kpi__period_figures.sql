with int_kpi__periods as (
    select * from {{ ref('int_kpi__periods') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

int_kpi__period_f2 as (
    select * from {{ ref('int_kpi__period_f2') }}
),

rpt_repeat_monthly as (
    select * from {{ ref('rpt_repeat_monthly') }}
),

sales as (
    select
        int_kpi__periods.period,
        int_kpi__periods.period_start,
        count(*) as orders,
        count(distinct fct_orders.person_id) as buyers,
        count(distinct case when fct_orders.is_first_purchase then fct_orders.person_id end)
            as new_buyers,
        sum(fct_orders.net_sales) as net_sales,
        sum(fct_orders.gross_profit) as gross_profit,
        sum(case when fct_orders.gross_profit is not null then fct_orders.net_sales end)
            as costed_sales
    from int_kpi__periods
    inner join fct_orders
        on
            int_kpi__periods.period_start <= fct_orders.ordered_date
            and int_kpi__periods.period_end > fct_orders.ordered_date
            and fct_orders.is_purchase
    group by int_kpi__periods.period, int_kpi__periods.period_start
),

-- Standing figures are those of the last month, what happened is summed over the months.
standing as (
    select
        int_kpi__periods.period,
        int_kpi__periods.period_start,
        {{ first_by('rpt_repeat_monthly.active_at_start', 'rpt_repeat_monthly.month_start') }}
            as active_at_start,
        sum(rpt_repeat_monthly.churned) as churned,
        max(
            case
                when
                    cast({{ dbt.dateadd('month', 1, 'rpt_repeat_monthly.month_start') }} as date)
                    = int_kpi__periods.period_end
                    then rpt_repeat_monthly.repeat_ratio
            end
        ) as repeat_rate,
        max(
            case
                when
                    cast({{ dbt.dateadd('month', 1, 'rpt_repeat_monthly.month_start') }} as date)
                    = int_kpi__periods.period_end
                    then rpt_repeat_monthly.active_at_end
            end
        ) as active_customers
    from int_kpi__periods
    inner join rpt_repeat_monthly
        on
            int_kpi__periods.period_start <= rpt_repeat_monthly.month_start
            and int_kpi__periods.period_end > rpt_repeat_monthly.month_start
    group by int_kpi__periods.period, int_kpi__periods.period_start
),

int_kpi__period_figures as (
    select
        int_kpi__periods.period,
        int_kpi__periods.period_start,
        int_kpi__periods.period_end,
        -- From the first purchase on a period without one has zero, before it nothing.
        case when standing.period is not null then coalesce(sales.net_sales, 0) end as net_sales,
        case when standing.period is not null then coalesce(sales.orders, 0) end as orders,
        case when standing.period is not null then coalesce(sales.buyers, 0) end as buyers,
        case when standing.period is not null then coalesce(sales.new_buyers, 0) end as new_buyers,
        sales.gross_profit,
        sales.costed_sales,
        int_kpi__period_f2.matured_buyers,
        int_kpi__period_f2.converted_buyers,
        standing.active_at_start,
        standing.churned,
        standing.repeat_rate,
        standing.active_customers,
        int_kpi__periods.emails_delivered,
        int_kpi__periods.unsubscribes
    from int_kpi__periods
    left join sales
        on
            int_kpi__periods.period = sales.period
            and int_kpi__periods.period_start = sales.period_start
    left join int_kpi__period_f2
        on
            int_kpi__periods.period = int_kpi__period_f2.period
            and int_kpi__periods.period_start = int_kpi__period_f2.period_start
    left join standing
        on
            int_kpi__periods.period = standing.period
            and int_kpi__periods.period_start = standing.period_start
)

select * from int_kpi__period_figures
