with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

int_persons as (
    select * from {{ ref('int_persons') }}
),

int_prediction__first_baskets as (
    select * from {{ ref('int_prediction__first_baskets') }}
),

first_purchases as (
    select
        *,
        {{ age_days('purchase_date') }} as age
    from int_purchases
    where purchase_no = 1
),

later_purchases as (
    select
        int_purchases.person_id,
        min(int_purchases.purchase_date) as second_purchase_date,
        sum(
            case
                when
                    int_purchases.purchase_date
                    <= {{ add_days('first_purchases.purchase_date', 365) }}
                    then int_purchases.net_sales
                else 0
            end
        ) as sales_365d
    from int_purchases
    inner join first_purchases on int_purchases.person_id = first_purchases.person_id
    where int_purchases.purchase_no > 1
    group by int_purchases.person_id
),

int_prediction__first_purchases as (
    select
        first_purchases.person_id,
        -- What has not had its time yet has no answer.
        case
            when first_purchases.age < 180 then null
            when
                later_purchases.second_purchase_date
                <= {{ add_days('first_purchases.purchase_date', 180) }}
                then 1
            else 0
        end as bought_again_180d,
        case
            when first_purchases.age >= 365 then coalesce(later_purchases.sales_365d, 0)
        end as later_sales_365d,
        first_purchases.net_sales as first_sales,
        int_prediction__first_baskets.pieces as first_pieces,
        int_prediction__first_baskets.categories as first_categories,
        int_prediction__first_baskets.discount_share as first_discount_share,
        {{ dbt.datediff(
            'first_purchases.purchase_date', local_date('first_purchases.delivered_at'), 'day'
        ) }} as first_delivery_days,
        int_prediction__first_baskets.is_elsewhere as first_elsewhere,
        int_prediction__first_baskets.has_campaign as first_by_campaign,
        int_prediction__first_baskets.is_subscription as first_by_subscription,
        int_prediction__first_baskets.has_trial as first_with_trial,
        case
            when {{ local_date('int_persons.registered_at') }} <= first_purchases.purchase_date
                then 1
            else 0
        end as was_member
    from first_purchases
    inner join int_prediction__first_baskets
        on first_purchases.person_id = int_prediction__first_baskets.person_id
    left join int_persons on first_purchases.person_id = int_persons.person_id
    left join later_purchases on first_purchases.person_id = later_purchases.person_id
)

select * from int_prediction__first_purchases
