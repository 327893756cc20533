with person_identifiers as (
    select * from {{ ref('person_identifiers') }}
),

identity_edges as (
    select * from {{ ref('identity_edges') }}
),

identity_blocked_values as (
    select * from {{ ref('identity_blocked_values') }}
),

identity_rules as (
    select * from {{ ref('identity_rules') }}
),

person_sizes as (
    select
        person_id,
        count(*) as record_count
    from person_identifiers
    group by person_id
),

size_figures as (
    select
        count(*) as persons,
        count(case when record_count > 1 then 1 end) as joined_persons,
        cast(percentile_disc(0.5) within group (order by record_count) as bigint) as median_records,
        cast(percentile_disc(0.9) within group (order by record_count) as bigint) as p90_records,
        cast(percentile_disc(0.99) within group (order by record_count) as bigint) as p99_records,
        max(record_count) as max_records
    from person_sizes
),

size_measures as (
    select
        named.measure,
        named.subject
    from (
        values
        ('persons', 'all'),
        ('persons', 'joined'),
        ('records_per_person', 'median'),
        ('records_per_person', 'p90'),
        ('records_per_person', 'p99'),
        ('records_per_person', 'max')
    ) as named (measure, subject)
),

measures as (
    select
        'records' as measure,
        record_kind as subject,
        count(*) as amount
    from person_identifiers
    group by record_kind
    union all
    select
        size_measures.measure,
        size_measures.subject,
        case size_measures.subject
            when 'all' then size_figures.persons
            when 'joined' then size_figures.joined_persons
            when 'median' then size_figures.median_records
            when 'p90' then size_figures.p90_records
            when 'p99' then size_figures.p99_records
            when 'max' then size_figures.max_records
        end as amount
    from size_figures
    cross join size_measures
    union all
    select
        'edges' as measure,
        identity_rules.rule as subject,
        count(identity_edges.rule) as amount
    from identity_rules
    left join identity_edges on identity_rules.rule = identity_edges.rule
    group by identity_rules.rule
    union all
    select
        'edges_refused' as measure,
        refused_reason as subject,
        count(*) as amount
    from identity_edges
    where not is_accepted
    group by refused_reason
    union all
    select
        'blocked_values' as measure,
        id_type as subject,
        count(*) as amount
    from identity_blocked_values
    group by id_type
    union all
    select
        'blocked_records' as measure,
        id_type as subject,
        cast(sum(record_count) as bigint) as amount
    from identity_blocked_values
    group by id_type
),

identity_quality as (
    select
        measure,
        subject,
        coalesce(amount, 0) as amount
    from measures
)

select * from identity_quality
