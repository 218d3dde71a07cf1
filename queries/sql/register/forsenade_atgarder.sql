-- Measure past its last day and not done by the date / in force with such a day.
counted as (
    select department,
        count(*) filter (where 
            measure_due < $as_of and (measure_done is null or measure_done > $as_of)
        ) as numerator,
        count(*) as denominator
    from in_force where measure_due is not null
    group by department
)
select $indicator as indicator, $wave as wave, department,
    coalesce(numerator, 0)::integer as numerator, coalesce(denominator, 0)::integer as denominator
from grid left join counted using (department)
order by grid.ordinal
