-- Refused / decided applications, whenever they were decided up to the date.
counted as (
    select department,
        count(*) filter (where decision = 'avslagen') as numerator,
        count(*) as denominator
    from known
    where decision is not null and coalesce(applied, "start") <= $as_of
    group by department
)
select $indicator as indicator, $wave as wave, department,
    coalesce(numerator, 0)::integer as numerator, coalesce(denominator, 0)::integer as denominator
from grid left join counted using (department)
order by grid.ordinal
