-- IT briefing within twelve months / in force.
cases as (
    select department, agreement_id, file, line,
        coalesce(it_briefing between $as_of - interval 12 month and $as_of, false) as met
    from in_force
)
