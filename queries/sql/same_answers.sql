-- How many rows of answers of $wave and of another wave tell who they are, how many of these both have,
-- and how many rows the wave with fewer has in all. Compared are the questions and options of the
-- temporary table alike (wave, question, option, the number of the pair of questions, what it says).
-- A row tells who it is if it answers at least $least of them, and nobody else in its wave has
-- answered just so: the same answer to everything is given by many.
with said as (
    select a.wave, a.respondent, l.pair, list(l.said order by l.said) as options
    from records.answer a join alike l using (wave, question, option)
    group by all
),
rows_of_answers as (
    select wave, respondent, list((pair, options) order by pair) as given
    from said
    group by wave, respondent
    having count(*) >= $least
),
telling as (
    select wave, given
    from rows_of_answers
    group by wave, given
    having count(*) = 1
),
sides as (
    select given, bool_or(wave = $wave) as here, bool_or(wave <> $wave) as there
    from telling
    group by given
)
select
    count_if(here and there) as shared,
    count_if(here) as own,
    count_if(there) as others,
    (
        select least(count_if(wave = $wave), count_if(wave <> $wave)) from rows_of_answers
    ) as fewest
from sides
