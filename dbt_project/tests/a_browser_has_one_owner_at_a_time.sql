-- A returned row is a time of a browser's owner that begins before that of the owner before ends.
with int_web__device_owners as (
    select * from {{ ref('int_web__device_owners') }}
),

following_owners as (
    select
        source,
        anonymous_id,
        valid_from,
        lag(valid_from) over (
            partition by source, anonymous_id order by valid_from
        ) as previous_from,
        lag(valid_to) over (
            partition by source, anonymous_id order by valid_from
        ) as previous_to
    from int_web__device_owners
)

select * from following_owners
where previous_from is not null and (previous_to is null or previous_to > valid_from)
