-- Per day, department and position: how many meet it, of how many. Only where there is any.
select day, department, position,
    (count(agreement_id) filter (where met))::integer as numerator,
    count(agreement_id)::integer as denominator
from cases
group by day, department, position
order by day, department, position
