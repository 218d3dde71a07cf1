-- How many chose a counted option, and how many did not know, of all who answered, by department and
-- kind of people. Records alone; $wave, a line per option to tell apart ($indicators, $questions,
-- $options, $chosen: counted or not to know), and by what people are parted ($attributes).
-- Grain: indicator × department × position × sex × age × occupation, null where not parted by it.
with telling as (
    select
        unnest($indicators) as indicator, unnest($questions) as question,
        unnest($options) as option, unnest($chosen) as chosen
),
people as (
    select respondent, department,
        case when list_contains($attributes, 'position') then position end as position,
        case when list_contains($attributes, 'sex') then sex end as sex,
        case when list_contains($attributes, 'age') then age end as age,
        case when list_contains($attributes, 'occupation') then occupation end as occupation
    from records.respondent
    where wave = $wave
),
told as (
    select indicator, respondent,
        bool_or(a.option = t.option and chosen) as chose,
        bool_or(a.option = t.option and not chosen) as unsure
    from records.answer a join telling t using (question)
    where wave = $wave
    group by all
)
select indicator, department, position, sex, age, occupation,
    count(*)::integer as base,
    count_if(chose)::integer as chose,
    count_if(unsure)::integer as unsure
from told join people using (respondent)
group by all
order by all
