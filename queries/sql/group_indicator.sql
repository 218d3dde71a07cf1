-- One survey question, its counted options, per group of one attribute and for the whole (code '').
-- $wave, $question, $options, $breakdown, and the answers that set people aside ($excluded) to the
-- questions that open it ($filters); none for a question put to all. The viewer's own database.
-- Grain: group. not_asked is null where it is hidden how many they are.
with set_aside as (
    select breakdown, "group", sum(count) as not_asked, count(count) as told
    from (
        select unnest($filters::varchar[]) as question, unnest($excluded::varchar[]) as option
    ) f
    join {schema}.cube c using (question, option)
    where wave = $wave and breakdown in ('all', $breakdown)
    group by all
)
select
    c."group" as code,
    case when any_value(c.status) = 'not_asked' then null
        else sum(c.count) filter (where list_contains($options, c.option)) end::integer as numerator,
    any_value(c.base)::integer as denominator,
    any_value(c.status) as status,
    any_value(g.answered)::integer as answered,
    case when len($filters) = 0 then 0
        when any_value(s.told) = len($filters) then any_value(s.not_asked)
    end::integer as not_asked
from {schema}.cube c
left join {schema}.group_size g
    on g.wave = c.wave and g.breakdown = c.breakdown and g."group" = c."group"
left join set_aside s on s.breakdown = c.breakdown and s."group" = c."group"
where c.wave = $wave and c.question = $question and c.breakdown in ('all', $breakdown)
group by c."group"
order by c."group" = '', min(c.ordinal)
