-- Followed up within the months of the rules that hold for it on the day, or begun since then / in
-- force and asked for it by one of them.
cases as (
    select e.day, e.department, e.position, e.agreement_id,
        any_value(a.file) as file, any_value(a.line) as line,
        bool_and(e.outcome = 'uppfyllt') as met
    from evaluated e join in_force a using (day, agreement_id)
    where e.kind = 'follow_up' and e.modality <> 'kan'
        and e.outcome not in ('omfattas_inte', 'ej_reglerat')
    group by all
)
