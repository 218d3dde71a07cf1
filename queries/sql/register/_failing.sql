-- Which agreements in force fail which rule (brister, avviker från bör). Of a rule that says anything
-- of any of them there is also a line without an agreement.
judged_lines as (
    select e.ruleset, e.rule, e.agreement_id, e.department, e.outcome
    from evaluated e join in_force using (day, agreement_id)
    where e.outcome <> 'ej_reglerat'
)
select ruleset, rule, agreement_id, department
from judged_lines
where outcome in ('brister', 'avviker')
union all
select distinct ruleset, rule, null, null
from judged_lines
