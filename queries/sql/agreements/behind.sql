-- The agreements in force behind a cell of the comparison, the worst first. Follows evaluate.sql.
select e.*, k.employee, coalesce(upper(k.employee[:6]), '') as person, k."start", k."end",
    (k."end" - e.day)::integer as days_to_end
from evaluated e join in_force k using (day, agreement_id)
where ($rule::varchar is null or e.rule = $rule::varchar)
    and ($outcomes::varchar[] is null or list_contains($outcomes::varchar[], e.outcome))
    and ($department::varchar is null or e.department = $department::varchar)
order by
    list_position(['brister', 'avviker', 'uppgift_saknas', 'uppfyllt', 'omfattas_inte',
        'ej_reglerat'], e.outcome),
    e.since nulls last, e.department, e.agreement_id, e.ordinal
