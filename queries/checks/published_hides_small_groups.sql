-- Nothing below the wave's own limit is published.
select c.wave, c.question, c.breakdown, c."group", c.base
from published.cube c join published.wave w using (wave)
where c.status = 'shown' and c.base < w.min_base
