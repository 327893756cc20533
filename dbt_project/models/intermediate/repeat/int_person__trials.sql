with int_repeat__goods as (
    select * from {{ ref('int_repeat__goods') }}
),

-- A person's first trial; of several in one purchase the dearest.
ranked_trials as (
    select
        *,
        row_number() over (
            partition by person_id order by purchase_no asc, net_sales desc, product_key asc
        ) as trial_rank
    from int_repeat__goods
    where is_trial
),

-- A trial without a category may lead to any regular product.
regular_purchases as (
    select
        ranked_trials.person_id,
        min(int_repeat__goods.purchase_no) as purchase_no,
        min(int_repeat__goods.purchase_date) as purchase_date
    from ranked_trials
    inner join int_repeat__goods
        on
            ranked_trials.person_id = int_repeat__goods.person_id
            and coalesce(ranked_trials.category = int_repeat__goods.category, true)
    where
        ranked_trials.trial_rank = 1
        and not int_repeat__goods.is_trial
        and (ranked_trials.category is null or int_repeat__goods.category is not null)
    group by ranked_trials.person_id
),

int_person__trials as (
    select
        ranked_trials.person_id,
        ranked_trials.product_key,
        ranked_trials.product_name,
        ranked_trials.category,
        ranked_trials.purchase_date as started_on,
        regular_purchases.purchase_date as converted_on
    from ranked_trials
    left join regular_purchases on ranked_trials.person_id = regular_purchases.person_id
    where
        ranked_trials.trial_rank = 1
        -- Who already has the regular product cannot be led to it.
        and coalesce(regular_purchases.purchase_no > ranked_trials.purchase_no, true)
)

select * from int_person__trials
