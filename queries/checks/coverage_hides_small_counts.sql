-- No published count of agreements from 1 up to the strictest of the waves' limits: not of those that
-- have what is asked for, nor of those that lack it. Nor what is left of a whole when its departments
-- or positions that are shown are taken from it, nor of any rule of a set when one of its rules is. A
-- ratio to people has no denominator here. Which other sets lie within each other only the gate knows
-- (queries/register_disclosure.py).
with strictest as (select max(min_base) as min_base from published.wave),
indicator as (
    select indicator as name, day, breakdown, "group", numerator, denominator
    from published.coverage
    where status in ('shown', 'no_answers')
),
rule as (
    select ruleset, rule, ruleset || ':' || rule as name, day,
        if(department is null, 'all', 'department') as breakdown,
        coalesce(department, '') as "group", failing as numerator, total as denominator
    from published.rule_outcome
    where status in ('shown', 'no_answers')
),
every as (
    select * from indicator
    union all by name
    select * exclude (ruleset, rule) from rule
),
left_over as (
    select p.name, p.day, p.breakdown, 'rest' as "group",
        any_value(w.numerator) - sum(p.numerator) as numerator,
        any_value(w.denominator) - sum(p.denominator) as denominator
    from every p join every w on w.name = p.name and w.day = p.day and w.breakdown = 'all'
    where p.breakdown <> 'all'
    group by p.name, p.day, p.breakdown
),
spared as (
    select o.name, o.day, o.breakdown, o."group", a.numerator - o.numerator as numerator,
        a.denominator
    from rule o join rule a using (ruleset, day, breakdown, "group")
    where a.rule = '*' and o.rule <> '*'
),
counted as (
    select * from every
    union all by name select * from left_over
    union all by name select * from spared
)
select name, day, breakdown, "group", numerator, denominator
from counted, strictest
where numerator between 1 and min_base - 1
    or denominator - numerator between 1 and min_base - 1
