-- Every answer has a person behind it, in a department of the wave's frame.
select a.wave, a.respondent, a.question
from records.answer a
left join records.respondent r using (wave, respondent)
left join published.department d on d.wave = r.wave and d.code = r.department
where r.respondent is null or d.code is null
