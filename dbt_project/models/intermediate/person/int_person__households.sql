with int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

int_person__contact_records as (
    select * from {{ ref('int_person__contact_records') }}
),

int_identity__blocked_values as (
    select * from {{ ref('int_identity__blocked_values') }}
),

-- An office or a dormitory is an address of many, and no household.
residents as (
    select
        int_person__contacts.person_id,
        int_person__contacts.address_key,
        int_person__contacts.family_name_key
    from int_person__contacts
    left join int_identity__blocked_values
        on
            int_person__contacts.address_key = int_identity__blocked_values.id_value
            and int_identity__blocked_values.id_type = 'address'
    where
        int_person__contacts.address_key is not null
        and int_identity__blocked_values.id_value is null
),

landlines as (
    select
        person_id,
        phone_key
    from int_person__contact_records
    where phone_kind = 'fixed' and phone_key is not null
    group by person_id, phone_key
),

-- Whoever shares a landline at the address is of the first family name behind it.
landline_families as (
    select
        residents.address_key,
        landlines.phone_key,
        coalesce(min(residents.family_name_key), landlines.phone_key) as first_family
    from residents
    inner join landlines on residents.person_id = landlines.person_id
    group by residents.address_key, landlines.phone_key
),

placed_residents as (
    select
        residents.person_id,
        residents.address_key,
        residents.family_name_key,
        coalesce(
            min(landline_families.first_family), residents.family_name_key, residents.person_id
        ) as family
    from residents
    left join landlines on residents.person_id = landlines.person_id
    left join landline_families
        on
            landlines.phone_key = landline_families.phone_key
            and residents.address_key = landline_families.address_key
    group by residents.person_id, residents.address_key, residents.family_name_key
),

-- ... and so is everybody at the address who bears a name that the landline brought in.
families as (
    select
        address_key,
        family_name_key,
        min(family) as first_family
    from placed_residents
    where family_name_key is not null
    group by address_key, family_name_key
),

named_households as (
    select
        placed_residents.person_id,
        placed_residents.address_key || '|'
        || coalesce(families.first_family, placed_residents.family) as household
    from placed_residents
    left join families
        on
            placed_residents.address_key = families.address_key
            and placed_residents.family_name_key = families.family_name_key
),

int_person__households as (
    select
        person_id,
        'h_' || substring({{ keyed_hash('household') }}, 1, 16) as household_id
    from named_households
)

select * from int_person__households
