-- Measure past its last day and not done by the date / in force with such a day.
cases as (
    select department, agreement_id, file, line,
        coalesce(measure_due < $as_of and (measure_done is null or measure_done > $as_of), false) as met
    from in_force
    where measure_due is not null
)
