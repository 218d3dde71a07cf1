-- How many answered in each group of each breakdown. Grain: breakdown × group.
with placed as (
    select 'all' as breakdown, '' as "group" from records.respondent where wave = $wave
    union all
    select 'department', department from records.respondent where wave = $wave
    union all
    select 'position', position from records.respondent where wave = $wave
    union all
    select 'occupation', occupation from records.respondent where wave = $wave
    union all
    select 'sex', sex from records.respondent where wave = $wave
    union all
    select 'age', age from records.respondent where wave = $wave
    union all
    select 'department*position', department || ' × ' || position
    from records.respondent where wave = $wave
),
sizes as (select breakdown, "group", count(*) as answered from placed group by all)
select
    $wave as wave,
    (row_number() over (order by b, g))::integer as ordinal,
    breakdown, "group",
    coalesce(answered, 0)::integer as answered,
    case when coalesce(answered, 0) = 0 then 'no_answers' else 'shown' end as status
from group_grid left join sizes using (breakdown, "group")
order by ordinal
