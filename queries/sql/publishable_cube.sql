-- What is published of one wave, on the grid of the wave as it is now. Grain: one row per option.
-- What waits keeps the numbers that it had; a group that came since then is hidden until it does not,
-- for every question alike: for those alone that its people answered would tell who was asked what.
with beside as (
    select wave, c.ordinal, question, breakdown, "group", option,
        p.count, p.base,
        case
            when c.status = 'not_asked' then 'not_asked'
            when q.waiting and s.answered > 0 and coalesce(p.status, 'no_answers') = 'no_answers'
                then 'hidden'
            else coalesce(p.status, 'no_answers')
        end as status
    from records.cube c
    join published.question q using (wave, question)
    join records.group_size s using (wave, breakdown, "group")
    left join records.published_cube p using (wave, question, breakdown, "group", option)
    where wave = $wave
)
select * replace (
    case status when 'shown' then count when 'no_answers' then 0 end as count,
    case status when 'shown' then base when 'no_answers' then 0 end as base
)
from beside
order by ordinal
