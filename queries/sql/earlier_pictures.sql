-- What other waves than $wave have been published with, earlier or still, and is not what is loaded
-- of them: answers that were replaced since, and waves whose records were removed by age. Of the
-- former all that was counted, of the latter the departments that are shown.
-- Grain: wave × publication × question × department × option.
with answers as (
    select wave, publication, question, department, answer, people from records.earlier_atom
    union all
    select wave, -1, question, department, answer, people from records.published_atom
)
select wave, publication, question, department, option, sum(people)::integer as people
from (select * exclude (answer), unnest(answer) as option from answers)
where wave <> $wave and question <> ''
group by all
union all
select wave, -2, question, "group", option, count
from published.cube join published.wave w using (wave)
where wave <> $wave and w.pruned is not null and breakdown = 'department' and status = 'shown'
order by all
