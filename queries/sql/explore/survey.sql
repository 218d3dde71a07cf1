-- A selection of one wave's answers, counted in one pass. Axes, filters and questions are parameters:
-- no part of this text is put together from what somebody chose.
-- Grain: question × what × department × cell (of the weighting) × line × side × option.
--   what: option (chose it), base (told an answer that counts), answered (told any), not_asked (set
--   aside by its filter), size (answered the survey), wave (did so, whatever the filters), kept
--   (passes the filters). line and
--   side: a group of $rows and $columns; '' everybody, '*' all who have some value there. Several
--   choices put one person into several groups, but once into '*'.
with chosen as (
    select unnest($fields::varchar[]) as field, unnest($values::varchar[]) as value
),
fact as (
    select respondent, unnest(['department', 'position', 'occupation', 'sex', 'age']) as field,
        unnest([department, position, occupation, sex, age]) as value
    from records.respondent where wave = $wave
    union all
    select respondent, question, option from records.answer where wave = $wave
),
-- One value of each field that is filtered by.
passed as (
    select respondent, count(distinct field) as fields
    from fact join chosen using (field, value) group by respondent
),
everyone as (
    select r.respondent, r.department, coalesce(c.value, '') as cell,
        coalesce(p.fields, 0) = (select count(distinct field) from chosen) as passes
    from records.respondent r
    left join passed p on p.respondent = r.respondent
    left join fact c on c.respondent = r.respondent and c.field = $cell
    where r.wave = $wave
),
kept as (select * from everyone where passes),
placed as (
    select respondent, axis, value
    from fact join (select unnest(['rows', 'columns']) as axis, unnest([$rows, $columns]) as field)
        using (field)
    where value is not null
    union all
    select distinct respondent, axis, '*'
    from fact join (select unnest(['rows', 'columns']) as axis, unnest([$rows, $columns]) as field)
        using (field)
    where value is not null
    union all
    select respondent, unnest(['rows', 'columns']), '' from kept
),
told as (
    select respondent, question, option from records.answer
    where wave = $wave and list_contains($questions::varchar[], question)
        and not list_contains($without::varchar[], option)
),
subject as (
    select respondent, question, 'option' as what, option from told
    union all
    select distinct respondent, question, 'base', '' from told
    union all
    select distinct respondent, question, 'answered', '' from records.answer
    where wave = $wave and list_contains($questions::varchar[], question)
    union all
    select respondent, f.question, 'not_asked', ''
    from fact join (
        select unnest($filtered::varchar[]) as question, unnest($filters::varchar[]) as field,
            unnest($excluded::varchar[]) as value
    ) f using (field, value)
    union all
    select respondent, unnest($questions::varchar[]), 'size', '' from kept
)
select s.question, s.what, k.department, k.cell, l.value as line, c.value as side, s.option,
    count(*)::integer as people
from kept k
join subject s on s.respondent = k.respondent
join placed l on l.respondent = k.respondent and l.axis = 'rows'
join placed c on c.respondent = k.respondent and c.axis = 'columns'
group by all
union all
select '', 'wave', department, cell, '', '', '', count(*)::integer from everyone group by all
union all
select '', 'kept', department, cell, '', '', '', count(*)::integer from kept group by all
order by all
