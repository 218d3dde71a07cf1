-- Agreements in force.
cases as (
    select day, department, position, agreement_id, true as met
    from in_force
)
