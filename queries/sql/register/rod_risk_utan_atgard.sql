-- Measure not done by the day / in force with a red risk.
cases as (
    select day, department, position, agreement_id, file, line,
        measure_done is null as met
    from in_force
    where risk_level = 'rod'
)
