-- No published count of agreements from 1 up to the strictest of the waves' limits: not of those that
-- have what is asked for, nor of those that lack it. A ratio to people has no denominator here.
with strictest as (select max(min_base) as min_base from published.wave)
select c.indicator as name, c.day, c.breakdown, c."group", c.numerator, c.denominator
from published.coverage c, strictest
where c.numerator between 1 and min_base - 1
    or c.denominator - c.numerator between 1 and min_base - 1
union all
select r.ruleset || ':' || r.rule, r.day, 'department', r.department, r.failing, r.total
from published.rule_outcome r, strictest
where r.failing between 1 and min_base - 1
    or r.total - r.failing between 1 and min_base - 1
