-- What the predictions in Python left, as it stands; the models around it are made by hand.
create temp macro predicted(name) as table
from read_parquet(getvariable('lake') || '/predictions/' || name || '.parquet');

create table marts.rpt_model_runs as
select
    strftime(as_of_date, '%Y-%m-%d') || ' ' || model as model_run_id, as_of_date, model, status,
    reason, parameters, standard_errors, log_likelihood, customers, repeaters, days_of_data,
from predicted('model_runs')
where as_of_date <= getvariable('as_of');
