-- A published number is the counted one (before answers that wait) or nothing, and no row is missing
-- or added.
select wave, question, breakdown, "group", option, t.count, p.count as published
from records.cube r
full join published.cube p using (wave, question, breakdown, "group", option)
-- Of a wave whose records were removed by age the published numbers are the only ones.
left join published.wave w using (wave)
left join records.published_cube t using (wave, question, breakdown, "group", option)
where w.pruned is null and (r.wave is null or p.wave is null
    or (p.status = 'hidden' and (p.count is not null or p.base is not null))
    or (p.status = 'shown'
        and (p.count is distinct from t.count or p.base is distinct from t.base))
    or (p.status = 'no_answers' and (r.base > 0 or p.count <> 0 or p.base <> 0)))
