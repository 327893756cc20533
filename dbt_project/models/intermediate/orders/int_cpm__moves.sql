with int_purchases__cpm as (
    select * from {{ ref('int_purchases__cpm') }}
),

numbers as (
    select series.months_ago from {{ series(var('cpm_months'), 'months_ago') }}
),

month_starts as (
    select
        months_ago,
        cast({{ dbt.dateadd(
            'month', '-months_ago', dbt.date_trunc('month', as_of_date())
        ) }} as date) as month_start
    from numbers
),

-- The month of as_of_date ends, as far as anybody knows, on that day.
months as (
    select
        months_ago,
        month_start,
        case
            when months_ago = 0 then {{ as_of_date() }}
            else {{ add_days(dbt.dateadd('month', 1, 'month_start'), -1) }}
        end as month_end
    from month_starts
),

states as (
    select
        months.months_ago,
        months.month_start,
        int_purchases__cpm.person_id,
        int_purchases__cpm.cpm_rank,
        int_purchases__cpm.lapse_date <= months.month_end as is_lapsed
    from months
    inner join int_purchases__cpm
        on
            months.month_end >= int_purchases__cpm.purchase_date
            and (
                int_purchases__cpm.next_purchase_date is null
                or months.month_end < int_purchases__cpm.next_purchase_date
            )
),

-- Whoever has bought has a state at every later month end, so the row before is the month before.
moves as (
    select
        months_ago,
        month_start,
        cpm_rank,
        is_lapsed,
        lag(cpm_rank) over (partition by person_id order by months_ago desc) as from_rank,
        lag(is_lapsed) over (partition by person_id order by months_ago desc) as from_lapsed
    from states
),

int_cpm__moves as (
    select
        months_ago,
        month_start,
        from_rank,
        from_lapsed,
        cpm_rank as to_rank,
        is_lapsed as to_lapsed,
        count(*) as persons
    from moves
    where months_ago < {{ var('cpm_months') }}
    group by months_ago, month_start, from_rank, from_lapsed, cpm_rank, is_lapsed
)

select * from int_cpm__moves
