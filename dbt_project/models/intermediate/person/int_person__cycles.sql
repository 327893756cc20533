with int_person__gaps as (
    select * from {{ ref('int_person__gaps') }}
),

due_statuses as (
    select * from {{ ref('due_statuses') }}
),

due_bounds as (
    {{ due_bounds() }}
),

shrunk as (
    select
        *,
        {{ shrunk_days('p20_days', 'typical_p20_days') }} as cycle_p20_days,
        {{ shrunk_days('median_days', 'typical_median_days') }} as cycle_days,
        {{ shrunk_days('p80_days', 'typical_p80_days') }} as cycle_p80_days
    from int_person__gaps
),

judged as (
    select
        *,
        recency_days / cycle_days as overdue_ratio
    from shrunk
),

int_person__cycles as (
    select
        judged.person_id,
        judged.last_purchase_date,
        judged.recency_days,
        judged.gap_count,
        judged.median_days as median_gap_days,
        judged.typical_basis,
        judged.typical_median_days,
        judged.cycle_days,
        {{ add_days('judged.last_purchase_date', whole_days('judged.cycle_days')) }}
            as next_expected_date,
        {{ add_days('judged.last_purchase_date', whole_days('judged.cycle_p20_days')) }}
            as next_p20_date,
        {{ add_days('judged.last_purchase_date', whole_days('judged.cycle_p80_days')) }}
            as next_p80_date,
        judged.overdue_ratio,
        {{ due_status('judged.overdue_ratio') }} as due_status
    from judged
    cross join due_bounds
)

select * from int_person__cycles
