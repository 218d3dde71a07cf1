-- A published number is the counted one or nothing, and no row is missing or added.
select wave, question, breakdown, "group", option, r.count, p.count as published
from records.cube r
full join published.cube p using (wave, question, breakdown, "group", option)
where r.wave is null or p.wave is null
    or (p.status = 'hidden' and (p.count is not null or p.base is not null))
    or (p.status in ('shown', 'no_answers')
        and (p.count is distinct from r.count or p.base is distinct from r.base))
