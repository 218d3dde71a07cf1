-- Of every other wave: how many rows of answers of $wave and of it tell who they are, and how many of
-- these both have. Compared are the questions that both waves have answers to, but those of the
-- $without parts of five. A row tells who it is if it answers at least $least of them, and nobody else
-- in its wave has answered just so: the same answer to everything is given by many.
with answered as (
    select wave, respondent, question, list_sort(list(option)) as options
    from records.answer
    group by wave, respondent, question
),
both_have as (
    select others.wave as other, others.question
    from (select distinct wave, question from answered where wave <> $wave) others
    semi join (select question from answered where wave = $wave) own using (question)
),
common as (
    select * from both_have
    qualify not list_contains(
        $without::integer[],
        ((row_number() over (partition by other order by question) - 1) % 5)::integer
    )
),
rows_of_answers as (
    select c.other, a.wave, a.respondent, list((a.question, a.options) order by a.question) as given
    from answered a join common c on c.question = a.question and a.wave in ($wave, c.other)
    group by c.other, a.wave, a.respondent
    having count(*) >= $least
),
telling as (
    select other, wave, given
    from rows_of_answers
    group by other, wave, given
    having count(*) = 1
),
sides as (
    select other, given, bool_or(wave = $wave) as here, bool_or(wave <> $wave) as there
    from telling
    group by other, given
)
select other, count_if(here and there) as shared, count_if(here) as own, count_if(there) as others
from sides
group by other
order by shared desc, other
