with quarantine as (
    select * from {{ source('ingest_log', 'quarantine') }}
),

stg_quarantined_rows as (
    select
        source,
        entity,
        file as file_name,
        reason,
        column_name,
        row as row_number_in_file
    from quarantine
)

select * from stg_quarantined_rows
