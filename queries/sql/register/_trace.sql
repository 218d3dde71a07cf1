select department, agreement_id as record, s.name as file, line, met
from cases
left join (
    select sha256, any_value(name) as name from records.source_file group by sha256
) s on s.sha256 = cases.file
where ($department is null or department = $department)
order by department, agreement_id
