-- The agreements known on the day, crossed by two fields. Follows register/_base.sql and
-- agreements/register.sql. Grain: line × side; '' is everything; a date counts by its year, and what
-- the register does not say has the value '–'.
with records_of_day as (
    {register}
),
doc as (
    select agreement_id, coalesce(nullif(if($rows = '', '', left(d ->> $rows, $rows_length)), ''),
            '–') as line,
        coalesce(nullif(if($columns = '', '', left(d ->> $columns, $columns_length)), ''), '–')
            as side,
        d
    from (select agreement_id, to_json(records_of_day) as d from records_of_day)
),
chosen as (
    select unnest($fields::varchar[]) as field, unnest($lengths::integer[]) as length,
        unnest($values::varchar[]) as value
),
passed as (
    select agreement_id, count(distinct field) as fields
    from doc join chosen on coalesce(nullif(left(d ->> field, length), ''), '–') = value
    group by agreement_id
)
select if($rows = '' or grouping(line) = 1, '', line) as line,
    if($columns = '' or grouping(side) = 1, '', side) as side, count(*)::integer as people
from doc left join passed using (agreement_id)
where coalesce(fields, 0) = (select count(distinct field) from chosen)
group by cube (line, side)
order by all
