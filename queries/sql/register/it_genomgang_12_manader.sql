-- IT briefing within twelve months / in force.
counted as (
    select department,
        count(*) filter (where it_briefing between $as_of - interval 12 month and $as_of) as numerator,
        count(*) as denominator
    from in_force
    group by department
)
select $indicator as indicator, $wave as wave, department,
    coalesce(numerator, 0)::integer as numerator, coalesce(denominator, 0)::integer as denominator
from grid left join counted using (department)
order by grid.ordinal
