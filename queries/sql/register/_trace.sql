select department, agreement_id as record, s.name as file, line, met
from cases
left join (select distinct sha256, name from records.source_file) s on s.sha256 = cases.file
where ($department is null or department = $department)
order by department, agreement_id
