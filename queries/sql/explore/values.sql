-- The values that the fields of the register have on the day, the most common of each, in their own
-- order. Grain: field × value. A date counts by its year.
with records_of_day as (
    {register}
),
doc as (select to_json(records_of_day) as d from records_of_day),
named as (select unnest($names::varchar[]) as name, unnest($lengths::integer[]) as length),
counted as (
    select name, coalesce(nullif(left(d ->> name, length), ''), '–') as value, count(*) as n
    from doc cross join named
    group by 1, 2
)
select name, value
from (select *, row_number() over (partition by name order by n desc, value) as place from counted)
where place <= $most
order by name, value = '–', value collate sv
