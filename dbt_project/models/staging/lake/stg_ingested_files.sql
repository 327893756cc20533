with files as (
    select * from {{ source('ingest_log', 'files') }}
),

stg_ingested_files as (
    select
        source,
        feed,
        entity,
        file as file_name,
        revision,
        rows_read,
        rows_accepted,
        rows_quarantined,
        rows_filtered,
        rows_repeated
    from files
)

select * from stg_ingested_files
