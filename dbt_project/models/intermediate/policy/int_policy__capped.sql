with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

int_policy__refusals as (
    select * from {{ ref('int_policy__refusals') }}
),

int_policy__sent as (
    select * from {{ ref('int_policy__sent') }}
),

int_policy__room as (
    select * from {{ ref('int_policy__room') }}
),

media_rules as (
    select * from {{ ref('media_rules') }}
),

sent_before as (
    select
        sent_to_person_id,
        campaign_code,
        replace(occurrence, 'T', ' ') as occurrence
    from int_policy__sent
    where sent_to_person_id is not null and occurrence is not null
    group by sent_to_person_id, campaign_code, replace(occurrence, 'T', ' ')
),

-- Whoever has had the message of this occurrence gets it no more, and so keeps no place.
competing as (
    select
        int_policy__candidates.person_id,
        int_policy__candidates.sync,
        int_policy__candidates.channel,
        int_policy__candidates.priority,
        int_policy__candidates.is_enabled
    from int_policy__candidates
    inner join media_rules on int_policy__candidates.channel = media_rules.channel
    left join int_policy__refusals
        on
            int_policy__candidates.person_id = int_policy__refusals.person_id
            and int_policy__candidates.sync = int_policy__refusals.sync
    left join sent_before
        on
            int_policy__candidates.person_id = sent_before.sent_to_person_id
            and int_policy__candidates.sync = sent_before.campaign_code
            and replace(int_policy__candidates.occurrence, 'T', ' ') = sent_before.occurrence
    where
        int_policy__candidates.kind = 'message'
        and int_policy__candidates.purpose = 'marketing'
        and media_rules.counts_towards_cap
        and int_policy__refusals.sync is null
        and sent_before.campaign_code is null
),

-- A scenario that is switched off takes no place; its own is the one it would have.
placed_in_medium as (
    select
        competing.*,
        medium_room.room as medium_room,
        1 + coalesce(sum(case when competing.is_enabled then 1 else 0 end) over (
            partition by competing.person_id, competing.channel
            order by competing.priority, competing.sync
            rows between unbounded preceding and 1 preceding
        ), 0) as place
    from competing
    left join int_policy__room as medium_room
        on
            competing.person_id = medium_room.person_id
            and competing.channel = medium_room.medium
),

fitting_medium as (
    select
        *,
        place <= coalesce(medium_room, place) as fits_medium
    from placed_in_medium
),

placed_overall as (
    select
        fitting_medium.*,
        shared_room.room as shared_room,
        1 + coalesce(sum(case when fitting_medium.is_enabled then 1 else 0 end) over (
            partition by fitting_medium.person_id, fitting_medium.fits_medium
            order by fitting_medium.priority, fitting_medium.sync
            rows between unbounded preceding and 1 preceding
        ), 0) as shared_place
    from fitting_medium
    left join int_policy__room as shared_room
        on fitting_medium.person_id = shared_room.person_id and shared_room.medium = 'all'
),

int_policy__capped as (
    select
        person_id,
        sync,
        'frequency_cap' as reason_code
    from placed_overall
    where
        not fits_medium
        or shared_place > coalesce(shared_room, shared_place)
)

select * from int_policy__capped
