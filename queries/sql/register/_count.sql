select
    $indicator as indicator, days.day, grid.department,
    (count(agreement_id) filter (where met))::integer as numerator,
    count(agreement_id)::integer as denominator
from days cross join grid
left join cases on cases.day = days.day and cases.department = grid.department
group by days.day, grid.department, grid.ordinal
order by days.day, grid.ordinal, grid.department
