-- Past the last day, neither ended nor renewed / in force or past the last day in that way.
cases as (
    select day, department, position, agreement_id, file, line,
        true as met
    from known
    where coalesce(decision, 'beviljad') <> 'avslagen' and ended is null and "end" < day
        and (day, agreement_id) not in (select (day, agreement_id) from renewed)
    union all
    select day, department, position, agreement_id, file, line,
        false as met
    from in_force
)
