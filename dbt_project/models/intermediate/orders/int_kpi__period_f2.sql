with int_kpi__periods as (
    select * from {{ ref('int_kpi__periods') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

-- Whose ninety days after the first purchase end in the period.
int_kpi__period_f2 as (
    select
        int_kpi__periods.period,
        int_kpi__periods.period_start,
        count(*) as matured_buyers,
        count(
            case
                when
                    int_person__orders.second_purchase_date
                    <= {{ add_days('int_person__orders.first_purchase_date', 90) }}
                    then 1
            end
        ) as converted_buyers
    from int_kpi__periods
    inner join int_person__orders
        on
            {{ add_days('int_person__orders.first_purchase_date', 90) }}
            >= int_kpi__periods.period_start
            and {{ add_days('int_person__orders.first_purchase_date', 90) }}
            < int_kpi__periods.period_end
    group by int_kpi__periods.period, int_kpi__periods.period_start
)

select * from int_kpi__period_f2
