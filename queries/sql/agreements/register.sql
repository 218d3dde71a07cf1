-- Every agreement known on the day, and what has become of it. Follows _base.sql.
select
    k.agreement_id, k.employee, coalesce(upper(k.employee[:6]), '') as person,
    k.department,
    case
        when k.decision = 'avslagen' then 'refused'
        when k.ended is not null then 'ended'
        when k."start" > k.day and k.applied is not null and k.decision is null then 'undecided'
        when k."start" > k.day then 'coming'
        when k."end" is null or k."end" >= k.day then 'in_force'
        when renewed.agreement_id is not null then 'renewed'
        else 'past_end'
    end as state,
    k.* exclude (day, agreement_id, employee, department, event_date, known_to)
from known k
left join renewed on renewed.agreement_id = k.agreement_id
left join grid on grid.department = k.department
order by grid.ordinal, k.department, k.agreement_id
