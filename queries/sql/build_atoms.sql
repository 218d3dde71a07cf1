-- Who answered what, by question and atom: the people who are alike in every attribute. The question
-- '' is having answered at all, with no options.
-- Grain: question × atom × whole answer (all options that a person chose, in order). Expects $wave.
with given as (
    select respondent, question, list(option order by option) as answer
    from records.answer where wave = $wave group by all
    union all
    select respondent, '', []::varchar[] from records.respondent where wave = $wave
)
select question, department, position, occupation, sex, age, answer, count(*)::integer as people
from given join records.respondent using (respondent)
where wave = $wave
group by all
order by all
