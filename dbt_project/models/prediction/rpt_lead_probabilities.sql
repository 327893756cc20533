with stg_lead_probabilities as (
    select * from {{ ref('stg_lead_probabilities') }}
),

stg_lead_models as (
    select * from {{ ref('stg_lead_models') }}
),

lead_bands as (
    select * from {{ ref('lead_bands') }}
),

rpt_lead_scores as (
    select * from {{ ref('rpt_lead_scores') }}
),

average_leads as (
    select base_rate from stg_lead_models
    where model = 'logistic'
),

compared as (
    select
        stg_lead_probabilities.person_id,
        stg_lead_probabilities.probability,
        stg_lead_probabilities.probability / average_leads.base_rate as lift
    from stg_lead_probabilities
    cross join average_leads
),

banded as (
    select
        compared.person_id,
        compared.probability,
        compared.lift,
        min(lead_bands.band) as band
    from compared
    inner join lead_bands on compared.lift >= lead_bands.least_lift
    group by compared.person_id, compared.probability, compared.lift
),

rpt_lead_probabilities as (
    select
        banded.person_id,
        banded.probability,
        banded.lift,
        banded.band,
        lead_bands.label_ja as band_label_ja,
        lead_bands.label_en as band_label_en,
        rpt_lead_scores.score,
        cast(
            row_number() over (order by banded.probability desc, banded.person_id asc) as bigint
        ) as lead_rank,
        {{ as_of_date() }} as as_of_date
    from banded
    inner join lead_bands on banded.band = lead_bands.band
    left join rpt_lead_scores on banded.person_id = rpt_lead_scores.person_id
)

select * from rpt_lead_probabilities
