-- The form that the municipality's own rules ask for / in force and asked for a form. An agreement
-- that several rules ask counts once, and has to meet them all.
cases as (
    select e.day, e.department, e.position, e.agreement_id,
        any_value(a.file) as file, any_value(a.line) as line,
        bool_and(e.outcome = 'uppfyllt') as met
    from evaluated e join in_force a using (day, agreement_id)
    where e.kind = 'form' and e.modality <> 'kan'
        and e.outcome not in ('omfattas_inte', 'ej_reglerat')
    group by all
)
