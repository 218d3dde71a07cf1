-- How many agreements lie in the same sets, per day, department and position: what the temporary
-- table register_mark (ingest/register.py) says of them, added up.
select day, department, position, marks, count(*)::integer as agreements
from (
    select day, agreement_id, any_value(department) as department,
        any_value(position) as position, sum(marks)::hugeint as marks
    from register_mark
    group by day, agreement_id
)
group by all
order by all
