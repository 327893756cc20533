{# What two records must share for each rule of the seed identity_rules; one line a rule. #}
{% set rules = {
    'line_account_link': ['line_user_id'],
    'email_and_kana': ['mailbox_key', 'kana_key'],
    'email_and_name': ['mailbox_key', 'name_key'],
    'email_and_name_loose': ['mailbox_key', 'name_loose_key'],
    'email_and_romaji': ['mailbox_key', 'romaji_key'],
    'phone_and_kana': ['phone_key', 'kana_key'],
    'phone_and_name_loose': ['phone_key', 'name_loose_key'],
    'kana_and_address': ['kana_key', 'address_key'],
    'name_and_address': ['name_key', 'address_key'],
    'name_and_birth': ['name_key', 'birth_key'],
} %}

with int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

int_identity__link_keys as (
    select * from {{ ref('int_identity__link_keys') }}
),

customer_records as (
    select * from int_identity__records
    where record_kind = 'customer'
),

same_source_customer as (
    select
        customer_records.record_key as left_record,
        int_identity__records.record_key as right_record,
        'same_source_customer' as rule,
        greatest(customer_records.first_seen_at, int_identity__records.first_seen_at)
            as first_seen_at
    from int_identity__records
    inner join customer_records
        on
            int_identity__records.source = customer_records.source
            and int_identity__records.source_customer_id = customer_records.source_customer_id
    where int_identity__records.record_kind = 'order'
),

{% for rule, keys in rules.items() %}
{{ star_edges(rule, keys) }},

{% endfor %}
int_identity__edges as (
    select * from same_source_customer
    {% for rule in rules %}
    union all
    select * from {{ rule }}
    {% endfor %}
)

select * from int_identity__edges
