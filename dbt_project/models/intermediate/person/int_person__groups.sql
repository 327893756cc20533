with int_persons as (
    select * from {{ ref('int_persons') }}
),

rpt_rfm as (
    select * from {{ ref('rpt_rfm') }}
),

rpt_cpm as (
    select * from {{ ref('rpt_cpm') }}
),

int_person__deciles as (
    select * from {{ ref('int_person__deciles') }}
),

int_person__groups as (
    select
        int_persons.person_id,
        rpt_rfm.rfm_segment,
        -- Shopify's name for whoever never bought; who bought before the window has no group.
        case when rpt_cpm.person_id is null then 'PROSPECTS' else rpt_rfm.rfm_group end
            as rfm_group,
        rpt_cpm.cpm_group,
        int_person__deciles.decile
    from int_persons
    left join rpt_rfm on int_persons.person_id = rpt_rfm.person_id
    left join rpt_cpm on int_persons.person_id = rpt_cpm.person_id
    left join int_person__deciles on int_persons.person_id = int_person__deciles.person_id
)

select * from int_person__groups
