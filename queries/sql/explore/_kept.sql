-- The agreements known on the day that have one of the values chosen of each field filtered by.
-- Follows register/_base.sql and agreements/register.sql. What the register does not say has the
-- value '–'.
with records_of_day as (
    {register}
),
doc as (select agreement_id, to_json(records_of_day) as d from records_of_day),
chosen as (
    select unnest($fields::varchar[]) as field, unnest($lengths::integer[]) as length,
        unnest($values::varchar[]) as value
),
passed as (
    select agreement_id, count(distinct field) as fields
    from doc join chosen on coalesce(nullif(left(d ->> field, length), ''), '–') = value
    group by agreement_id
),
kept as (
    select agreement_id, d
    from doc left join passed using (agreement_id)
    where coalesce(fields, 0) = (select count(distinct field) from chosen)
)
