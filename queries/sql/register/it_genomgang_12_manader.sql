-- IT briefing within twelve months / in force.
cases as (
    select day, department, position, agreement_id, file, line,
        coalesce(it_briefing + interval 12 month >= day, false) as met
    from in_force
)
