-- Assessed no later than the first day / in force.
cases as (
    select day, department, position, agreement_id, file, line,
        coalesce(risk_assessed <= "start", false) as met
    from in_force
)
