-- How many agreements lie in the same sets on one day, per matter, department and position: as
-- cells.sql, and fails: the numbers of the rules of the matter that are failed. From the temporary
-- tables of ingest/register.py: register_mark, register_judged (which agreements fail which rules) and
-- register_line (matter and number of every rule).
with agreements as (
    select agreement_id, any_value(department) as department, any_value(position) as position,
        sum(marks)::hugeint as marks
    from register_mark
    where day = $day
    group by agreement_id
),
failed as (
    select matter, agreement_id, list(number order by number) as fails
    from register_judged join register_line using (ruleset, rule)
    where agreement_id is not null
    group by matter, agreement_id
)
select matter, department, position, marks, fails, count(*)::integer as agreements
from agreements cross join (select distinct matter from register_line)
left join failed using (matter, agreement_id)
group by all
order by all
