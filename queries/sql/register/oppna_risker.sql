-- Yellow or red risk, measure not done by the date / in force.
cases as (
    select department, agreement_id, file, line,
        coalesce(risk_level in ('gul', 'rod') and (measure_done is null or measure_done > $as_of), false) as met
    from in_force
)
