-- What the rules would find in the register on the day: agreements in force per rule, department,
-- outcome and reason, how many of those that are right come due, and, as rule '*', whole agreements.
counted as (
    select * from evaluated semi join in_force using (day, agreement_id)
),
lines as (
    select
        ruleset, rule, department, outcome, reason,
        count(*)::integer as agreements,
        count(*) filter (where outcome = 'uppfyllt' and due between day and day + 30)::integer
            as soon_30,
        count(*) filter (where outcome = 'uppfyllt' and due between day and day + 90)::integer
            as soon_90,
        count(*) filter (where outcome = 'uppfyllt' and due between day and day + 365)::integer
            as soon_365
    from counted
    group by all
),
-- An agreement that breaks three rules is to be changed once.
agreement as (
    select
        ruleset, department, agreement_id,
        case
            when bool_or(outcome = 'brister') then 'brister'
            when bool_or(outcome = 'avviker') then 'avviker'
            when bool_or(outcome = 'uppgift_saknas' and kind <> 'text') then 'uppgift_saknas'
            when bool_or(outcome = 'uppfyllt') then 'uppfyllt'
            when bool_or(outcome = 'omfattas_inte') then 'omfattas_inte'
            else 'ej_reglerat'
        end as outcome
    from counted
    group by all
)
select * from lines
union all
select ruleset, '*', department, outcome, null, count(*)::integer, 0, 0, 0
from agreement
group by all
order by all
