with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_person__contact_records as (
    select * from {{ ref('int_person__contact_records') }}
),

-- What belongs together comes from one record: a name, an address, a mailbox.
best_ranks as (
    select
        person_id,
        min(case when coalesce(family_name, given_name) is not null then record_rank end)
            as name_rank,
        coalesce(
            min(case when email_status in ('valid', 'legacy_jp') then record_rank end),
            min(case when email_status = 'relay' then record_rank end),
            min(case when email is not null then record_rank end)
        ) as email_rank,
        min(case when phone is not null then record_rank end) as phone_rank,
        coalesce(
            min(
                case when postal_code is not null and address_line1 is not null then record_rank end
            ),
            min(case when prefecture is not null then record_rank end)
        ) as address_rank,
        min(case when birth_date is not null then record_rank end) as birth_rank,
        min(case when gender is not null then record_rank end) as gender_rank
    from int_person__contact_records
    group by person_id
),

int_person__contacts as (
    select
        int_persons.person_id,
        names.family_name,
        names.given_name,
        names.family_name_kana,
        names.given_name_kana,
        names.family_name_key,
        emails.email,
        emails.email_key,
        emails.email_status,
        phones.phone,
        phones.phone_key,
        phones.phone_kind,
        addresses.postal_code,
        addresses.prefecture,
        addresses.address_line1,
        addresses.address_line2,
        addresses.address_key,
        births.birth_date,
        genders.gender
    from int_persons
    left join best_ranks on int_persons.person_id = best_ranks.person_id
    left join int_person__contact_records as names
        on best_ranks.person_id = names.person_id and best_ranks.name_rank = names.record_rank
    left join int_person__contact_records as emails
        on best_ranks.person_id = emails.person_id and best_ranks.email_rank = emails.record_rank
    left join int_person__contact_records as phones
        on best_ranks.person_id = phones.person_id and best_ranks.phone_rank = phones.record_rank
    left join int_person__contact_records as addresses
        on
            best_ranks.person_id = addresses.person_id
            and best_ranks.address_rank = addresses.record_rank
    left join int_person__contact_records as births
        on best_ranks.person_id = births.person_id and best_ranks.birth_rank = births.record_rank
    left join int_person__contact_records as genders
        on best_ranks.person_id = genders.person_id and best_ranks.gender_rank = genders.record_rank
)

select * from int_person__contacts
