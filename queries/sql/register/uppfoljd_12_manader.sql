-- Followed up within twelve months, or begun since then / in force.
counted as (
    select department,
        count(*) filter (where 
            followed_up between $as_of - interval 12 month and $as_of
            or "start" > $as_of - interval 12 month
        ) as numerator,
        count(*) as denominator
    from in_force
    group by department
)
select $indicator as indicator, $wave as wave, department,
    coalesce(numerator, 0)::integer as numerator, coalesce(denominator, 0)::integer as denominator
from grid left join counted using (department)
order by grid.ordinal
