-- The cube of one wave: question × breakdown × group × option, complete, nothing hidden.
-- Grain: one row per option. Expects temporary tables option_grid and group_grid, and $wave.
with placed as (
    select respondent, 'all' as breakdown, '' as "group" from records.respondent where wave = $wave
    union all
    select respondent, 'department', department from records.respondent where wave = $wave
    union all
    select respondent, 'position', position from records.respondent where wave = $wave
    union all
    select respondent, 'occupation', occupation from records.respondent where wave = $wave
    union all
    select respondent, 'sex', sex from records.respondent where wave = $wave
    union all
    select respondent, 'age', age from records.respondent where wave = $wave
    union all
    select respondent, 'department*position', department || ' × ' || position
    from records.respondent where wave = $wave
),
counted as (
    select question, breakdown, "group", option, count(*) as count
    from records.answer join placed using (respondent)
    where wave = $wave
    group by all
),
-- Who ticked several options of one question is still one person of its base.
bases as (
    select question, breakdown, "group", count(distinct respondent) as base
    from records.answer join placed using (respondent)
    where wave = $wave
    group by all
)
select
    $wave as wave,
    (row_number() over (order by q, b, g, o))::integer as ordinal,
    question, breakdown, "group", option,
    coalesce(count, 0)::integer as count,
    coalesce(base, 0)::integer as base,
    case when not asked then 'not_asked' when coalesce(base, 0) = 0 then 'no_answers' else 'shown' end
        as status
from option_grid cross join group_grid
left join counted using (question, breakdown, "group", option)
left join bases using (question, breakdown, "group")
order by ordinal
