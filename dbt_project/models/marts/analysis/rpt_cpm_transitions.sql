with int_cpm__moves as (
    select * from {{ ref('int_cpm__moves') }}
),

cpm_groups as (
    select * from {{ ref('cpm_groups') }}
),

named as (
    select
        int_cpm__moves.month_start,
        int_cpm__moves.persons,
        int_cpm__moves.months_ago,
        to_groups.cpm_group as to_group,
        to_groups.cpm_group_ja as to_group_ja,
        coalesce(from_groups.cpm_group, 'none') as from_group,
        coalesce(from_groups.cpm_group_ja, '未購入') as from_group_ja,
        case
            when from_groups.cpm_group is null then 'new'
            when to_groups.is_lapsed and not from_groups.is_lapsed then 'lapse'
            when from_groups.is_lapsed and not to_groups.is_lapsed then 'return'
            when to_groups.rank_order > from_groups.rank_order then 'step_up'
            when to_groups.rank_order < from_groups.rank_order then 'step_down'
            else 'stay'
        end as movement
    from int_cpm__moves
    inner join cpm_groups as to_groups
        on
            int_cpm__moves.to_rank = to_groups.cpm_rank
            and int_cpm__moves.to_lapsed = to_groups.is_lapsed
    left join cpm_groups as from_groups
        on
            int_cpm__moves.from_rank = from_groups.cpm_rank
            and int_cpm__moves.from_lapsed = from_groups.is_lapsed
),

rpt_cpm_transitions as (
    select
        month_start,
        from_group,
        from_group_ja,
        to_group,
        to_group_ja,
        movement,
        case movement
            when 'new' then '新規'
            when 'lapse' then '離脱'
            when 'return' then '復帰'
            when 'step_up' then '引上げ'
            when 'step_down' then '後退'
            else '維持'
        end as movement_ja,
        persons,
        case when from_group <> 'none' then cast(persons as double) end
        / cast(sum(persons) over (partition by month_start, from_group) as double)
            as share_of_from,
        months_ago > 0
        or {{ add_days(as_of_date(), 1) }}
        = cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as is_complete,
        {{ as_of_date() }} as as_of_date
    from named
)

select * from rpt_cpm_transitions
