with int_products__order_pairs as (
    select * from {{ ref('int_products__order_pairs') }}
),

int_products__next_pairs as (
    select * from {{ ref('int_products__next_pairs') }}
),

pairs as (
    select
        'same_order' as kind,
        int_products__order_pairs.*
    from int_products__order_pairs
    union all
    select
        'next_90_days' as kind,
        int_products__next_pairs.*
    from int_products__next_pairs
),

counted as (
    select
        kind,
        item_a_id,
        item_b_id,
        cast(pair_count as double) as pair_count,
        cast(a_count as double) as a_count,
        cast(b_count as double) as b_count,
        cast(total_count as double) as total_count
    from pairs
),

lifted as (
    select
        *,
        pair_count * total_count / (a_count * b_count) as lift
    from counted
),

-- The spread of the lift's logarithm, by the delta method on the four counts of a 2 x 2 table.
spread as (
    select
        *,
        sqrt(greatest(
            1 / pair_count - 1 / a_count - 1 / b_count + (2 * lift - 1) / total_count, 0
        )) as log_lift_error
    from lifted
),

int_products__affinities as (
    select
        kind,
        item_a_id,
        item_b_id,
        cast(pair_count as bigint) as pair_count,
        cast(a_count as bigint) as a_count,
        cast(b_count as bigint) as b_count,
        cast(total_count as bigint) as total_count,
        pair_count / total_count as support,
        pair_count / a_count as confidence_a_to_b,
        pair_count / b_count as confidence_b_to_a,
        lift,
        lift * exp(-1.959963984540054 * log_lift_error) as lift_lower,
        -- Pearson's chi-square of the 2 x 2 table, one degree of freedom.
        total_count * power(pair_count * total_count - a_count * b_count, 2)
        / nullif(a_count * (total_count - a_count) * b_count * (total_count - b_count), 0)
            as chi_square
    from spread
)

select * from int_products__affinities
