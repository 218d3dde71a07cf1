-- How many answered in each group of one wave, as it may be told. Grain: breakdown × group.
with beside as (
    select s.wave, s.ordinal, s.breakdown, s."group", p.answered,
        case
            when coalesce(p.status, 'no_answers') = 'no_answers' and s.answered > 0 then 'hidden'
            else coalesce(p.status, 'no_answers')
        end as status
    from records.group_size s
    left join records.published_size p using (wave, breakdown, "group")
    where s.wave = $wave
)
select * replace (
    case status when 'shown' then answered when 'no_answers' then 0 end as answered
)
from beside
order by ordinal
