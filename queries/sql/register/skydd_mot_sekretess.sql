-- The controls that the rules ask of the class are in place / in force with a class.
cases as (
    select e.day, e.department, e.position, e.agreement_id,
        any_value(a.file) as file, any_value(a.line) as line,
        bool_and(e.outcome = 'uppfyllt') as met
    from evaluated e join in_force a using (day, agreement_id)
    where e.kind = 'controls' and e.modality <> 'kan' and a.confidentiality is not null
        and e.outcome not in ('omfattas_inte', 'ej_reglerat')
    group by all
)
