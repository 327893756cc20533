-- A returned row is a person who bought and lacks an RFM segment or decile, or has one without
-- having bought. Windows leave buyers out on purpose, so only all history is judged.
with customer_360 as (
    select * from {{ ref('customer_360') }}
)

select
    person_id,
    purchase_count,
    rfm_segment,
    decile
from customer_360
where
    {{ var('rfm_window_months') is none and var('decile_window_months') is none }}
    and (
        (purchase_count > 0) <> (rfm_segment is not null)
        or (purchase_count > 0) <> (decile is not null)
    )
