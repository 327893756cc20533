with int_person__item_days as (
    select * from {{ ref('int_person__item_days') }}
),

-- Only days whose whole time to come back has passed.
starts as (
    select
        *,
        {{ add_days('bought_date', 90) }} as until_date
    from int_person__item_days
    where {{ age_days('bought_date') }} >= 90
),

start_days as (
    select
        person_id,
        bought_date,
        until_date
    from starts
    group by person_id, bought_date, until_date
),

starters as (
    select count(distinct person_id) as total_count
    from start_days
),

items_first as (
    select
        item_id,
        count(distinct person_id) as item_count
    from starts
    group by item_id
    having count(distinct person_id) >= {{ var('affinity_min_pairs') }}
),

items_next as (
    select
        followers.item_id,
        count(distinct followers.person_id) as item_count
    from start_days
    inner join int_person__item_days as followers
        on
            start_days.person_id = followers.person_id
            and start_days.bought_date < followers.bought_date
            and start_days.until_date >= followers.bought_date
    group by followers.item_id
    having count(distinct followers.person_id) >= {{ var('affinity_min_pairs') }}
),

frequent_starts as (
    select starts.*
    from starts
    inner join items_first on starts.item_id = items_first.item_id
),

frequent_followers as (
    select int_person__item_days.*
    from int_person__item_days
    inner join items_next on int_person__item_days.item_id = items_next.item_id
),

pairs as (
    select
        frequent_starts.item_id as item_a_id,
        frequent_followers.item_id as item_b_id,
        count(distinct frequent_starts.person_id) as pair_count
    from frequent_starts
    inner join frequent_followers
        on
            frequent_starts.person_id = frequent_followers.person_id
            and frequent_starts.item_id <> frequent_followers.item_id
            and frequent_starts.bought_date < frequent_followers.bought_date
            and frequent_starts.until_date >= frequent_followers.bought_date
    group by frequent_starts.item_id, frequent_followers.item_id
    having count(distinct frequent_starts.person_id) >= {{ var('affinity_min_pairs') }}
),

int_products__next_pairs as (
    select
        pairs.item_a_id,
        pairs.item_b_id,
        pairs.pair_count,
        items_first.item_count as a_count,
        items_next.item_count as b_count,
        starters.total_count
    from pairs
    inner join items_first on pairs.item_a_id = items_first.item_id
    inner join items_next on pairs.item_b_id = items_next.item_id
    cross join starters
)

select * from int_products__next_pairs
