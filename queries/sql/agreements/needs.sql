-- What needs doing and what came too late, on the one day of $days; the worst first, of equals what
-- has lasted longest. Follows evaluate.sql.
ranks as (
    select unnest(from_json($ranks, '[{
        "kind": "VARCHAR", "reason": "VARCHAR", "outcome": "VARCHAR",
        "confidentiality": "VARCHAR", "rank": "INTEGER"
    }]'), recursive := true)
),
-- What the rules judge; a permission judges nothing, and where there is no rule there is nothing to
-- judge by. Kept, because it is read several times.
lines as materialized (
    select
        day, agreement_id, department, manager, ruleset, rule, ordinal, kind, field, outcome,
        reason, since, due, value, ruleset = $own as is_own, coalesce(field, kind) as matter
    from evaluated
    where outcome in ('uppfyllt', 'brister', 'avviker', 'uppgift_saknas')
        and reason <> 'permitted' and kind <> 'text' and kind <> 'none'
),
-- Where the own rule set judges an agreement in some matter, the common check of it gives way.
settled as (
    select distinct agreement_id, matter
    from lines
    where is_own
        and reason not in ('scope_unknown', 'applies_unknown')
        and kind in (select kind from rules where ruleset <> $own)
),
lacking as (
    select * from lines
    where outcome <> 'uppfyllt'
        and (is_own or (agreement_id, matter) not in (select (agreement_id, matter) from settled))
        -- That there is no risk assessment is one thing to do, and is not said once more of its
        -- level and its measures.
        and (reason <> 'no_assessment' or agreement_id not in (
            select agreement_id from lines
            where kind = 'risk_before_start' and reason = 'never'))
),
-- The measure of a red risk is one thing to do: that its day has passed, or that it has none, is
-- said on the same line.
measures as (
    select agreement_id, max(reason) as reason
    from lacking
    where kind = 'measures_on_time' and reason in ('overdue', 'no_due_date')
        and agreement_id in (
            select agreement_id from lacking where kind = 'red_measure' and reason = 'red_open')
    group by agreement_id
),
needs as (
    select
        l.agreement_id, k.employee, coalesce(upper(k.employee[:6]), '') as person,
        l.department, grid.ordinal as department_ordinal, l.manager, l.kind, l.field, l.rule,
        l.ruleset, l.outcome, l.reason, measures.reason as also, l.value, l.since, l.due,
        ranks.rank, k."start", k."end", (k."end" - l.day)::integer as days_to_end
    from lacking l
    join known k using (day, agreement_id)
    left join grid on grid.department = l.department
    left join measures on measures.agreement_id = l.agreement_id
        and l.kind = 'red_measure' and l.reason = 'red_open'
    left join ranks
        on ranks.kind = l.kind and ranks.reason = l.reason
        and ranks.outcome = l.outcome
        and ranks.confidentiality = coalesce(k.confidentiality, '')
    where not (l.kind = 'measures_on_time' and l.agreement_id in (select agreement_id from measures))
    -- One line per agreement and matter: the worst, and of equals the one that stands first. What
    -- came too late is told apart, and takes no other line's place.
    qualify row_number() over (
        partition by l.agreement_id, l.matter, l.reason = 'late'
        order by ranks.rank, not l.is_own, l.since nulls last, l.ordinal) = 1
)
select * exclude (department_ordinal)
from needs
order by
    rank nulls last, since nulls last, department_ordinal, department, agreement_id, kind, field
