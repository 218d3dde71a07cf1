-- Agreements in force / people who have the possibility (frame).
counted as (
    select department, count(a.agreement_id) as numerator, any_value(g.eligible) as denominator
    from grid g left join in_force a using (department)
    group by department
)
select $indicator as indicator, $wave as wave, department,
    coalesce(numerator, 0)::integer as numerator, coalesce(denominator, 0)::integer as denominator
from grid left join counted using (department)
order by grid.ordinal
