-- Figures that the source printed beside the viewer's own cube. $wave. Grain: one printed figure.
with counted as (
    select f.id, sum(c.count) as count, any_value(c.base) as base
    from {schema}.published_figure f
    join {schema}.cube c
        on c.wave = f.wave and c.question = f.question
        and c.breakdown = case when f.department is null then 'all' else 'department' end
        and c."group" = coalesce(f.department, '')
        and list_contains(string_split(f.options, '+'), c.option)
    where f.wave = $wave and c.status = 'shown'
    group by f.id
),
-- Attributes are not questions: their figures are the sizes of their groups.
spread as (
    select f.id, sum(g.answered) as count, any_value(w.answered) as base
    from {schema}.published_figure f
    join {schema}.group_size g
        on g.wave = f.wave and g.breakdown = f.question
        and list_contains(string_split(f.options, '+'), g."group")
    join {schema}.group_size w on w.wave = f.wave and w.breakdown = 'all'
    where f.wave = $wave and g.status = 'shown'
    group by f.id
)
select
    f.id, f.question, f.options, f.department, f.text, f.share as printed, f.rounding,
    coalesce(counted.count, spread.count)::integer as count,
    coalesce(counted.base, spread.base)::integer as base,
    coalesce(counted.count, spread.count) / coalesce(counted.base, spread.base) as share,
    f.note, f.source
from {schema}.published_figure f
left join counted using (id)
left join spread using (id)
where f.wave = $wave
order by f.ordinal
