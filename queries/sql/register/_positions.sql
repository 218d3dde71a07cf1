select
    $indicator as indicator, day, position as "group",
    (count(agreement_id) filter (where met))::integer as numerator,
    count(agreement_id)::integer as denominator
from cases
where position is not null
group by day, position
order by day, position
