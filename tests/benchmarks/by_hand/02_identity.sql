-- Who is who: records, the edges between them, their components, the person of each record.
create schema identity;

create temp table records as
select
    source || '|customer|' || source_customer_id as record_key, source, 'customer' as record_kind,
    source_customer_id, email_key, email_status, name_key,
    coalesce(registered_at, updated_at) as first_seen_at,
from customers
union all
-- A mall names its members only on their orders.
select
    source || '|customer|' || source_customer_id, source, 'customer', source_customer_id,
    null, null, null, min(ordered_at),
from all_orders anti join customers using (source, source_customer_id)
where source_customer_id is not null
group by source, source_customer_id
union all
select
    source || '|order|' || source_order_id, source, 'order', source_customer_id,
    email_key, email_status, name_key, ordered_at,
from all_orders
where coalesce(email_key, name_key, phone) is not null;

create table identity.identity_edges as
select
    customer.record_key as left_record, record.record_key as right_record,
    'same_source_customer' as rule,
    greatest(customer.first_seen_at, record.first_seen_at) as first_seen_at,
from records as record
inner join records as customer using (source, source_customer_id)
where record.record_kind = 'order' and customer.record_kind = 'customer'
union all
select
    first_value(record_key) over mailbox, record_key, 'email_and_name',
    greatest(first_value(first_seen_at) over mailbox, first_seen_at),
from records
where email_key is not null and name_key is not null and is_known_address(email_status)
window mailbox as (partition by email_key, name_key order by record_key)
qualify record_key <> first_value(record_key) over mailbox;

-- A customer and its orders are one account, so only accounts that share a mailbox need walking.
create temp table accounts as
select
    record_key,
    if(
        source_customer_id is null, record_key, source || '|customer|' || source_customer_id
    ) as account,
from records;

create temp table shared_mailboxes as
with links as (
    select one.account as account, other.account as neighbour
    from identity.identity_edges as edges
    inner join accounts as one on edges.left_record = one.record_key
    inner join accounts as other on edges.right_record = other.record_key
    where edges.rule = 'email_and_name' and one.account <> other.account
)
select account, neighbour from links
union
select neighbour, account from links;

create temp table components as
with recursive walk(account, component) using key (account) as (
    select distinct account, account from shared_mailboxes
    union
    select links.neighbour, min(walk.component)
    from walk
    inner join shared_mailboxes as links on walk.account = links.account
    inner join recurring.walk as known on links.neighbour = known.account
    where walk.component < known.component
    group by links.neighbour
)
select account, component from walk;

create temp table person_map as
with component_records as (
    select
        record_key, account,
        min(record_key) over (partition by coalesce(component, account)) as first_record,
    from accounts left join components using (account)
)
select
    record_key, account, 'p_' || left(sha256(first_record), 16) as person_id,
from component_records;

create table identity.identity_events as
select
    'e_' || left(sha256('1|create|' || person_id || '|'), 16) as event_id, 'create' as kind,
    person_id, null::varchar as old_person_id, count(*) as record_count,
from person_map
group by person_id;

create table identity.person_identifiers as
select
    record_key, source, record_kind, person_id, sha256('enishi|' || email_key) as email_hash,
    sha256('enishi|' || name_key) as name_hash, first_seen_at,
from records inner join person_map using (record_key);

create temp table members as
select source_customer_id, person_id, email_key
from records inner join person_map using (record_key)
where record_kind = 'customer' and source = 'ec_cube';

create temp table addresses as
select email_key, person_id, count(*) over (partition by email_key) = 1 as is_sole_holder,
from records inner join person_map using (record_key)
where email_key is not null and coalesce(email_status, 'invalid') <> 'relay'
group by email_key, person_id;
