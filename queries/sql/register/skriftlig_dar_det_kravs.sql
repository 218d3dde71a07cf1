-- The form that the municipality's own rules ask for / in force and asked for a form.
cases as (
    select e.day, e.department, e.position, e.agreement_id, a.file, a.line,
        e.outcome = 'uppfyllt' as met
    from evaluated e join in_force a using (day, agreement_id)
    where e.kind = 'form' and e.modality <> 'kan'
        and e.outcome not in ('omfattas_inte', 'ej_reglerat')
)
