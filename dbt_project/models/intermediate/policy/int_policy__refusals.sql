{% set rules = [
    'int_policy__suppressed', 'int_policy__unwilling', 'int_policy__unreachable',
    'int_policy__waiting', 'int_policy__owners', 'int_policy__asking', 'int_policy__uninterested'
] -%}

with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

refusal_reasons as (
    select * from {{ ref('refusal_reasons') }}
),

{% for rule in rules -%}
{{ rule }} as (
    select * from {{ ref(rule) }}
),

{% endfor -%}
refusals as (
    {% for rule in rules -%}
    select
        person_id,
        sync,
        reason_code
    from {{ rule }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

binding_refusals as (
    select
        refusals.person_id,
        refusals.sync,
        refusals.reason_code,
        row_number() over (
            partition by refusals.person_id, refusals.sync order by refusal_reasons.step_order
        ) as place
    from refusals
    inner join int_policy__candidates
        on
            refusals.person_id = int_policy__candidates.person_id
            and refusals.sync = int_policy__candidates.sync
    inner join refusal_reasons on refusals.reason_code = refusal_reasons.reason_code
    where {{ binds('int_policy__candidates', 'refusal_reasons') }}
),

int_policy__refusals as (
    select
        person_id,
        sync,
        reason_code
    from binding_refusals
    where place = 1
)

select * from int_policy__refusals
