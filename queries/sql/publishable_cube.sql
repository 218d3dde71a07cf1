-- What is published of one wave, on the grid of the wave as it is now. Grain: one row per option.
-- What waits keeps the numbers that it had; a group that came since then is hidden until it does not.
with beside as (
    select c.wave, c.ordinal, c.question, c.breakdown, c."group", c.option,
        p.count, p.base,
        case
            when c.status = 'not_asked' then 'not_asked'
            when coalesce(p.status, 'no_answers') = 'no_answers' and c.base > 0 then 'hidden'
            else coalesce(p.status, 'no_answers')
        end as status
    from records.cube c
    left join records.published_cube p using (wave, question, breakdown, "group", option)
    where c.wave = $wave
)
select * replace (
    case status when 'shown' then count when 'no_answers' then 0 end as count,
    case status when 'shown' then base when 'no_answers' then 0 end as base
)
from beside
order by ordinal
