select
    $indicator as indicator, $wave as wave, grid.department,
    (count(agreement_id) filter (where met))::integer as numerator,
    any_value(grid.eligible)::integer as denominator
from grid left join cases using (department)
group by grid.department, grid.ordinal
order by grid.ordinal
