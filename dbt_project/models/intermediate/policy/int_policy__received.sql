with int_policy__sent as (
    select * from {{ ref('int_policy__sent') }}
),

int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

int_person__line_users as (
    select * from {{ ref('int_person__line_users') }}
),

addresses as (
    select
        person_id,
        email_key
    from int_person__contacts
    where email_key is not null
    union all
    select
        person_id,
        email_key
    from int_person__emails
),

-- A message counts for everybody who reads the address, whomever it was meant for.
readers as (
    select
        message_key,
        channel,
        sent_to_person_id as person_id
    from int_policy__sent
    where sent_to_person_id is not null
    union all
    select
        int_policy__sent.message_key,
        int_policy__sent.channel,
        addresses.person_id
    from int_policy__sent
    inner join addresses on int_policy__sent.email_key = addresses.email_key
    where int_policy__sent.channel = 'email'
    union all
    select
        int_policy__sent.message_key,
        int_policy__sent.channel,
        int_person__contacts.person_id
    from int_policy__sent
    inner join int_person__contacts on int_policy__sent.recipient = int_person__contacts.phone_key
    where int_policy__sent.channel = 'sms'
    union all
    select
        int_policy__sent.message_key,
        int_policy__sent.channel,
        int_person__line_users.person_id
    from int_policy__sent
    inner join int_person__line_users
        on
            int_policy__sent.recipient = int_person__line_users.line_user_id
            and int_policy__sent.line_provider = int_person__line_users.line_provider
    where int_policy__sent.channel = 'line'
),

distinct_readers as (
    select
        message_key,
        channel,
        person_id
    from readers
    group by message_key, channel, person_id
),

int_policy__received as (
    select
        distinct_readers.person_id,
        distinct_readers.message_key,
        distinct_readers.channel,
        int_policy__sent.sent_date,
        int_policy__sent.sent_to_person_id is not null as is_in_ledger
    from distinct_readers
    inner join int_policy__sent
        on
            distinct_readers.message_key = int_policy__sent.message_key
            and distinct_readers.channel = int_policy__sent.channel
    where int_policy__sent.counts_towards_cap
)

select * from int_policy__received
