with int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

years as (
    select cast(extract(year from {{ as_of_date() }}) as bigint) as birthday_year
    union all
    select cast(extract(year from {{ as_of_date() }}) as bigint) + 1 as birthday_year
),

-- In a common year who was born on 29 February has the birthday on the 28th.
birthdays as (
    select
        int_person__contacts.person_id,
        years.birthday_year,
        cast(extract(month from int_person__contacts.birth_date) as bigint) as birthday_month,
        case
            when
                extract(month from int_person__contacts.birth_date) = 2
                and extract(day from int_person__contacts.birth_date) = 29
                and not (
                    years.birthday_year % 4 = 0
                    and (years.birthday_year % 100 <> 0 or years.birthday_year % 400 = 0)
                )
                then 28
            else cast(extract(day from int_person__contacts.birth_date) as bigint)
        end as birthday_day
    from int_person__contacts
    cross join years
    where int_person__contacts.birth_date is not null
),

dated as (
    select
        person_id,
        birthday_year,
        cast(
            cast(birthday_year as {{ dbt.type_string() }})
            || '-' || lpad(cast(birthday_month as {{ dbt.type_string() }}), 2, '0')
            || '-' || lpad(cast(birthday_day as {{ dbt.type_string() }}), 2, '0') as date
        ) as birthday
    from birthdays
),

scn_birthday as (
    select
        person_id,
        cast(birthday_year as {{ dbt.type_string() }}) as occurrence,
        {{ local_midnight('birthday') }} as anchor_at,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'birthday' as why
    from dated
)

select * from scn_birthday
