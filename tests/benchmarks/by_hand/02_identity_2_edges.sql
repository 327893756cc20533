-- One human has one given name; kanji and kana are asked in both orders.
create temp table identifiers as
select * from (
    select
        record_key, first_seen_at, birth_key, name_key, name_loose_key, kana_key, romaji_key,
        coalesce(given_kana_key, given_name_key, kana_key, name_key) as by_kana,
        coalesce(given_name_key, given_kana_key, name_key, kana_key) as by_kanji,
        unnest([
            {
                id_type: 'email', id_value: if(
                    is_known_address(email_status), coalesce(email_loose_key, email_key), null
                )
            },
            {id_type: 'phone', id_value: phone_key}, {id_type: 'address', id_value: address_key},
            {id_type: 'line', id_value: line_user_id}, {id_type: 'none', id_value: ''}
        ], recursive := true),
    from records
) where id_value is not null;

create temp table blocked as
select
    id_type, id_value, count(*) as record_count, any_value(allowed)::bigint as allowed,
    least(count(distinct by_kana), count(distinct by_kanji)) as given_name_count,
from identifiers
inner join (
    values ('email', 3), ('phone', 5), ('address', 10), ('line', 1)
) as limits (kind, allowed) on id_type = kind
group by id_type, id_value having given_name_count > any_value(allowed);

create table identity.identity_blocked_values as
select
    id_type, sha256('enishi|' || id_value) as value_hash, record_count, given_name_count,
    allowed as max_given_name_count,
from blocked;

create temp table agreements as
select *, said || '|' || id_value as agreed,
from (
    select record_key, id_value, first_seen_at, birth_key, unnest(case id_type
        when 'line' then [{tier: 2, rule: 'line_account_link', said: ''}]
        when 'email' then [
            {tier: 3, rule: 'email_and_kana', said: kana_key},
            {tier: 3, rule: 'email_and_name', said: name_key},
            {tier: 3, rule: 'email_and_name_loose', said: name_loose_key},
            {tier: 3, rule: 'email_and_romaji', said: romaji_key}
        ]
        when 'phone' then [
            {tier: 3, rule: 'phone_and_kana', said: kana_key},
            {tier: 3, rule: 'phone_and_name_loose', said: name_loose_key}
        ]
        when 'address' then [
            {tier: 4, rule: 'kana_and_address', said: kana_key},
            {tier: 4, rule: 'name_and_address', said: name_key}
        ]
        else [{tier: 4, rule: 'name_and_birth', said: name_key || birth_key}]
    end, recursive := true),
    from identifiers anti join blocked using (id_type, id_value)
)
where agreed is not null;

create temp table edges as
select
    customer.record_key as left_record, record.record_key as right_record,
    'same_source_customer' as rule, 1 as tier,
    greatest(customer.first_seen_at, record.first_seen_at) as first_seen_at,
from records as record
inner join records as customer using (source, source_customer_id)
where record.record_kind = 'order' and customer.record_kind = 'customer'
union all
select
    first_value(record_key) over star, record_key, rule, tier,
    greatest(first_value(first_seen_at) over star, first_seen_at),
from (
    select *, min(birth_key) over alike is distinct from max(birth_key) over alike as has_births,
    from agreements window alike as (partition by rule, agreed)
)
where not has_births or birth_key is not null
window star as (partition by rule, agreed, if(has_births, birth_key, null) order by record_key)
qualify record_key <> first_value(record_key) over star;
