-- Per rule set and department: how many agreements in force fail any rule of it. From the temporary
-- table register_judged (ingest/register.py).
select ruleset, department, count(distinct agreement_id)::integer as failing
from register_judged
where agreement_id is not null
group by ruleset, department
order by ruleset, department
