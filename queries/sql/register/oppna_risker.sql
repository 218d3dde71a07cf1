-- Yellow or red risk, measure not done by the date / in force.
counted as (
    select department,
        count(*) filter (where 
            risk_level in ('gul', 'rod') and (measure_done is null or measure_done > $as_of)
        ) as numerator,
        count(*) as denominator
    from in_force
    group by department
)
select $indicator as indicator, $wave as wave, department,
    coalesce(numerator, 0)::integer as numerator, coalesce(denominator, 0)::integer as denominator
from grid left join counted using (department)
order by grid.ordinal
