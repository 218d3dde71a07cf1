-- The lines behind a survey share: every person of its base, and whether the answer is counted.
-- The auditor only: records are not attached for anyone else.
select
    r.department, any_value(s.name) as file, any_value(p.line) as line,
    string_agg(a.option, ', ' order by a.option) as answer,
    bool_or(list_contains($options, a.option)) as met
from records.answer a
join records.respondent r using (wave, respondent)
join records.provenance p using (wave, respondent)
left join (select distinct sha256, name from records.source_file) s on s.sha256 = p.file
where a.wave = $wave and a.question = $question
    and ($department is null or r.department = $department)
group by a.respondent, r.department
order by r.department, line
