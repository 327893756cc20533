-- CPM: the rank that each purchase gave, and the group of every buyer.
create temp table cpm_ranks as
select
    person_id, purchase_no, purchase_date, next_purchase_date, tenure_days, net_sales,
    case
        when purchase_no = 1 then 1 when tenure_days < 90 then 2 when net_sales < 70000 then 3
        when tenure_days < 210 then 4 else 5
    end as rank,
    purchase_date + 240 as lapse_date,
from (
    select
        person_id, purchase_no, purchase_date, lead(purchase_date) over history
            as next_purchase_date,
        purchase_date - first_value(purchase_date) over history as tenure_days,
        sum(net_sales) over history as net_sales,
    from purchases
    window history as (partition by person_id order by purchase_no)
);

create temp table cpm_names as
select
    unnest([1, 2, 3, 4, 5]) as rank, unnest(['first', 'early', 'steady', 'trend', 'best']) as code,
    unnest(['初回', 'よちよち', 'コツコツ', '流行', '優良']) as name;

create table marts.rpt_cpm as
select
    person_id, code as cpm_rank, lapse_date <= getvariable('as_of') as is_lapsed,
    code || if(is_lapsed, '_lapsed', '_active') as cpm_group,
    name || if(is_lapsed, '離脱客', '現役客') as cpm_group_ja, purchase_no as purchase_count,
    purchase_date - tenure_days::integer as first_purchase_date,
    purchase_date as last_purchase_date, age_days(purchase_date) as recency_days, tenure_days,
    net_sales::decimal(18, 3) as net_sales, lapse_date, getvariable('as_of') as as_of_date,
    'JPY' as currency,
from cpm_ranks
inner join cpm_names using (rank)
where next_purchase_date is null;
