-- Past the last day, neither ended nor renewed / in force or past the last day in that way.
cases as (
    select day, department, position, agreement_id, file, line,
        true as met
    from known
    where coalesce(decision, 'beviljad') <> 'avslagen' and ended is null and "end" < day
        and not exists (
            from known later
            where later.day = known.day and later.extended_from = known.agreement_id
                and later."start" > known."start"
                and coalesce(later.decision, 'beviljad') <> 'avslagen'
                and later."start" <= later.day)
    union all
    select day, department, position, agreement_id, file, line,
        false as met
    from in_force
)
