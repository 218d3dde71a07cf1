-- Every agreement known on the day, and what has become of it. Follows _base.sql.
-- Continued by another agreement that was granted and has begun since.
renewed as (
    select distinct later.extended_from as agreement_id
    from known later
    join known earlier on earlier.agreement_id = later.extended_from
    where later.decision is distinct from 'avslagen'
        and later."start" <= later.day and later."start" > earlier."start"
)
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
