-- The person that Python gave to each record, and what became of the edges.
create temp macro resolved(name) as table
from read_parquet(getvariable('lake') || '/identity/' || name || '.parquet');

create temp table person_map as select record_key, person_id from resolved('person_map');

create table identity.identity_events as
select event_id, kind, person_id, old_person_id, record_count, resolution_no
from resolved('identity_events');

create table identity.person_identifiers as
select
    record_key, source, record_kind, person_id, sha256('enishi|' || email_key) as email_hash,
    sha256('enishi|' || phone_key) as phone_hash, sha256('enishi|' || address_key) as address_hash,
    sha256('enishi|' || name_key) as name_hash, sha256('enishi|' || kana_key) as kana_hash,
    sha256('enishi|' || line_user_id) as line_user_hash, first_seen_at,
from records inner join person_map using (record_key);

create table identity.identity_edges as
select
    edges.left_record, edges.right_record, edges.rule, edges.tier::bigint as tier, first_seen_at,
    one.person_id = other.person_id as is_accepted, if(is_accepted, null, reason) as refused_reason,
from edges
inner join person_map as one on edges.left_record = one.record_key
inner join person_map as other on edges.right_record = other.record_key
left join resolved('refused_links') as refused using (left_record, right_record, rule);

create table identity.identity_review_queue as
select
    left_record, right_record, one.person_id as left_person_id, other.person_id as right_person_id,
    if(left_person_id = right_person_id, 'linked', 'open') as status, reasons, reasons_ja, weights,
    match_probability, match_weight
from resolved('linkage_pairs') as pairs
inner join person_map as one on pairs.left_record = one.record_key
inner join person_map as other on pairs.right_record = other.record_key
where not is_vetoed;

create table identity.identity_quality as
with sizes as (select count(*) as size from person_map group by person_id)

select 'records' as measure, record_kind as subject, count(*) as amount from records group by all
union all
select 'persons', unnest(['all', 'joined']), unnest([count(*), count(*) filter (size > 1)])
from sizes
union all
select 'records_per_person', unnest(['median', 'p90', 'p99', 'max']), unnest(
    list_append(quantile_disc(size, [0.5, 0.9, 0.99]), max(size))
)
from sizes
union all
select 'edges', rule, count(left_record) from (values
    ('same_source_customer'), ('line_account_link'), ('email_and_kana'), ('email_and_name'),
    ('email_and_name_loose'), ('email_and_romaji'), ('phone_and_kana'), ('phone_and_name_loose'),
    ('kana_and_address'), ('name_and_address'), ('name_and_birth'), ('splink')
) as rules (rule) left join edges using (rule)
group by rule
union all
select 'edges_refused', refused_reason, count(*) from identity.identity_edges
where not is_accepted group by refused_reason
union all
select 'blocked_values', id_type, count(*) from blocked group by id_type
union all
select 'blocked_records', id_type, sum(record_count)::bigint from blocked group by id_type;

create temp table members as
select source_customer_id, person_id, email_key
from records inner join person_map using (record_key)
where record_kind = 'customer' and source = 'ec_cube';

-- A mailbox is read under all the addresses by which anybody knows it.
create temp table addresses as
with held as (
    select person_id, email_key, coalesce(email_loose_key, email_key) as mailbox
    from records inner join person_map using (record_key)
    where email_key is not null and coalesce(email_status, 'invalid') <> 'relay'
),

boxes as (
    select mailbox, list(distinct email_key) as names, list(distinct person_id) as holders
    from held group by mailbox
)

select email_key, unnest(holders) as person_id, len(holders) = 1 as is_sole_holder
from (select unnest(names) as email_key, holders from boxes);
