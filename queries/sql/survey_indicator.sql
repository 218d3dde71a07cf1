-- Survey indicators, for the whole and per department, from the viewer's own cube ({cube}).
-- Grain: indicator × department (null: the whole). Numbers are null where the group is hidden.
with counted as (
    select
        unnest($indicators) as indicator, unnest($questions) as question, unnest($options) as option
),
-- Whom the filter of a question sets aside: known not to be asked, so not silent either.
set_aside as (
    select f.question, c."group", sum(c.count) as not_asked
    from (
        select unnest($filtered) as question, unnest($filters) as filter,
            unnest($excluded) as option
    ) f
    join {cube} c on c.question = f.filter and c.option = f.option
    where c.wave = $wave and c.breakdown in ('all', 'department')
    group by all
)
select
    indicator, c.wave, nullif(c."group", '') as department,
    case when any_value(c.status) = 'not_asked' then null else sum(c.count) end::integer as numerator,
    case when any_value(c.status) = 'not_asked' then null else any_value(c.base) end::integer
        as denominator,
    any_value(c.status) as status,
    coalesce(any_value(not_asked), 0)::integer as not_asked
from counted
join {cube} c using (question, option)
left join set_aside using (question, "group")
where c.wave = $wave and c.breakdown in ('all', 'department')
group by indicator, c.wave, c."group"
