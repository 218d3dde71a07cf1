-- Per rule and department of those in force: how many fail it (brister, avviker från bör), of all;
-- judged: whether the rule says anything of any of them. The rule '*' is any rule of the set.
per_line as (
    select e.ruleset, e.rule, e.department, e.agreement_id,
        e.outcome in ('brister', 'avviker') as fails, e.outcome <> 'ej_reglerat' as says
    from evaluated e join in_force using (day, agreement_id)
),
per_set as (
    select ruleset, '*' as rule, department, agreement_id,
        bool_or(fails) as fails, bool_or(says) as says
    from per_line group by all
)
select ruleset, rule, department,
    (count(*) filter (where fails))::integer as failing,
    count(*)::integer as total,
    bool_or(bool_or(says)) over (partition by ruleset, rule) as judged
from (select * from per_line union all by name select * from per_set)
group by ruleset, rule, department
order by ruleset, rule, department
