-- Nothing below the wave's own limit is published, nor a small group whose members are all alike.
select c.wave, c.question, c.breakdown, c."group", any_value(c.base) as base
from published.cube c join published.wave w using (wave)
where c.status = 'shown'
group by c.wave, c.question, c.breakdown, c."group"
having any_value(c.base) < any_value(w.min_base)
    or (any_value(c.base) < any_value(w.unanimous_below) and bool_and(c.count in (0, c.base)))
