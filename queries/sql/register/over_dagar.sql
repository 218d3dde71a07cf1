-- More days or a larger share than the municipality's own rules allow / in force and limited by them.
-- Those whose days are not stated are among the latter: less them, a few would be told apart.
cases as (
    select e.day, e.department, e.position, e.agreement_id,
        any_value(a.file) as file, any_value(a.line) as line,
        bool_or(e.outcome in ('brister', 'avviker')) as met
    from evaluated e join in_force a using (day, agreement_id)
    where e.kind in ('most_days', 'most_share', 'not_all') and e.modality <> 'kan'
        and e.outcome not in ('omfattas_inte', 'ej_reglerat')
    group by all
)
