-- A selection of one wave's answers, counted in one pass. Axes, filters and questions are parameters:
-- no part of this text is put together from what somebody chose.
-- Grain: question × what × department × cell (of the weighting) × line × side × option.
--   what: option (chose it), base (told an answer that counts), answered (told any), not_asked (set
--   aside by its filter), size (answered the survey), wave (did so, whatever the filters), kept
--   (passes the filters), perhaps (may pass them: of what is filtered by, all that is known of them
--   passes and something is not known), perhaps_not_asked (and is set aside). line and
--   side: a group of $rows and $columns; '' everybody, '*' all who have some value there, '-' all
--   who were not put the question that stands there. Several choices put one person into several
--   groups, but once into '*'.
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
set_aside as (
    select distinct respondent, f.question as field
    from fact join (
        select unnest($filtered::varchar[]) as question, unnest($filters::varchar[]) as field,
            unnest($excluded::varchar[]) as value
    ) f using (field, value)
),
-- One value of each field that is filtered by.
passed as (
    select respondent, count(distinct field) as fields
    from fact join chosen using (field, value) group by respondent
),
-- Fields that are filtered by and of which it is known what they have there, or that it is nothing.
known as (
    select respondent, count(distinct field) as fields
    from (
        select respondent, field from fact where value is not null
        union all
        select respondent, field from set_aside
    ) semi join chosen using (field)
    group by respondent
),
everyone as (
    select r.respondent, r.department, coalesce(c.value, '') as cell,
        coalesce(p.fields, 0) = (select count(distinct field) from chosen) as passes,
        coalesce(p.fields, 0) = coalesce(f.fields, 0) as perhaps
    from records.respondent r
    left join passed p on p.respondent = r.respondent
    left join known f on f.respondent = r.respondent
    left join fact c on c.respondent = r.respondent and c.field = $cell
    where r.wave = $wave
),
kept as (
    select *, '' as what from everyone where passes
    union all
    select *, 'perhaps' from everyone where perhaps and not passes
),
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
    select respondent, axis, '-'
    from set_aside join (
        select unnest(['rows', 'columns']) as axis, unnest([$rows, $columns]) as field
    ) using (field)
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
    select respondent, field, 'not_asked', ''
    from set_aside where list_contains($questions::varchar[], field)
    union all
    select respondent, unnest($questions::varchar[]), 'size', '' from kept
)
select s.question,
    case when k.what = '' then s.what when s.what = 'size' then 'perhaps'
        else 'perhaps_not_asked' end as what,
    k.department, k.cell, l.value as line, c.value as side, s.option,
    count(*)::integer as people
from kept k
join subject s on s.respondent = k.respondent
    and (k.what = '' or s.what in ('size', 'not_asked'))
join placed l on l.respondent = k.respondent and l.axis = 'rows'
join placed c on c.respondent = k.respondent and c.axis = 'columns'
group by all
union all
select '', 'wave', department, cell, '', '', '', count(*)::integer from everyone group by all
union all
select '', 'kept', department, cell, '', '', '', count(*)::integer
from kept where what = '' group by all
order by all
