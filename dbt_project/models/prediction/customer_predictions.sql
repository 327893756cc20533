with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

int_person__cycles as (
    select * from {{ ref('int_person__cycles') }}
),

stg_lifetime_values as (
    select * from {{ ref('stg_lifetime_values') }}
),

buyers as (
    select
        person_id,
        count(*) as purchase_count,
        count(distinct purchase_date) as purchase_days,
        sum(net_sales) as net_sales,
        {{ dbt.datediff('min(purchase_date)', 'max(purchase_date)', 'day') }}
            as days_between
    from int_purchases
    group by person_id
),

next_orders as (
    select
        int_person__cycles.person_id,
        int_person__cycles.next_p20_date,
        int_person__cycles.next_p80_date,
        case
            when
                stg_lifetime_values.next_order_method = 'personal_median'
                and int_person__cycles.median_gap_days is not null
                then {{ add_days(
                    'int_person__cycles.last_purchase_date',
                    whole_days('int_person__cycles.median_gap_days')
                ) }}
            else int_person__cycles.next_expected_date
        end as next_order_date
    from int_person__cycles
    left join stg_lifetime_values
        on int_person__cycles.person_id = stg_lifetime_values.person_id
),

customer_predictions as (
    select
        buyers.person_id,
        {{ as_of_date() }} as as_of_date,
        {{ money('buyers.net_sales') }} as historic_clv,
        {{ money('stg_lifetime_values.expected_sales_365d') }} as predicted_clv,
        {{ money(
            money('buyers.net_sales') ~ ' + ' ~ money('stg_lifetime_values.expected_sales_365d')
        ) }} as total_clv,
        stg_lifetime_values.expected_orders_365d as predicted_number_of_orders,
        cast(buyers.days_between as double) / nullif(buyers.purchase_days - 1, 0)
            as average_days_between_orders,
        {{ money('buyers.net_sales / buyers.purchase_count') }} as average_order_value,
        1 - stg_lifetime_values.alive_probability as churn_probability,
        next_orders.next_order_date as expected_date_of_next_order,
        next_orders.next_p20_date as next_order_p20_date,
        next_orders.next_p80_date as next_order_p80_date,
        stg_lifetime_values.alive_probability,
        stg_lifetime_values.expected_orders_90d,
        stg_lifetime_values.expected_orders_365d,
        {{ money('stg_lifetime_values.expected_order_value') }} as expected_order_value,
        {{ money('stg_lifetime_values.expected_sales_90d') }} as expected_sales_90d,
        {{ money('stg_lifetime_values.predicted_clv_90d') }} as predicted_clv_90d,
        {{ money('stg_lifetime_values.predicted_clv_365d') }} as predicted_clv_365d,
        stg_lifetime_values.value_basis,
        coalesce(stg_lifetime_values.method, 'not_predicted') as method,
        stg_lifetime_values.orders_method,
        stg_lifetime_values.alive_method,
        stg_lifetime_values.next_order_method,
        coalesce(stg_lifetime_values.reason, 'the predictions have not run for this day')
            as reason,
        case
            when stg_lifetime_values.method = 'subscription'
                then cast({{ as_of_date() }} as {{ dbt.type_string() }}) || ' sbg'
            when stg_lifetime_values.method = 'mbg_nbd'
                then cast({{ as_of_date() }} as {{ dbt.type_string() }}) || ' mbg_nbd'
        end as model_run_id,
        '{{ var("currency") }}' as currency
    from buyers
    left join stg_lifetime_values on buyers.person_id = stg_lifetime_values.person_id
    left join next_orders on buyers.person_id = next_orders.person_id
)

select * from customer_predictions
