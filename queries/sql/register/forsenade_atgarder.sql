-- Measure past its last day and not done by the day / in force with such a day. A green risk calls
-- for none.
cases as (
    select day, department, position, agreement_id, file, line,
        measure_due < day and measure_done is null as met
    from in_force
    where measure_due is not null and risk_level is distinct from 'gron'
)
