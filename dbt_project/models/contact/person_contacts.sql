with int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

int_person__reach as (
    select * from {{ ref('int_person__reach') }}
),

person_contacts as (
    select
        int_person__contacts.person_id,
        int_person__contacts.family_name,
        int_person__contacts.given_name,
        int_person__contacts.family_name_kana,
        int_person__contacts.given_name_kana,
        int_person__contacts.email,
        int_person__contacts.email_status,
        int_person__contacts.phone,
        int_person__contacts.postal_code,
        int_person__contacts.prefecture,
        int_person__contacts.address_line1,
        int_person__contacts.address_line2,
        int_person__reach.line_user_id
    from int_person__contacts
    left join int_person__reach on int_person__contacts.person_id = int_person__reach.person_id
)

select * from person_contacts
