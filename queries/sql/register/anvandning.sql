-- Agreements in force; each one is counted, and set against the people who have the possibility.
cases as (
    select day, department, position, agreement_id, file, line,
        true as met
    from in_force
)
