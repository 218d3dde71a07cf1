-- Yellow or red risk, measure not done by the day / in force.
cases as (
    select day, department, position, agreement_id, file, line,
        coalesce(risk_level in ('gul', 'rod') and measure_done is null, false) as met
    from in_force
)
