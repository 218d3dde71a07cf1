-- The dates from the day itself on, which is the last for what falls due on it, and no further than
-- $days_ahead. Follows evaluate.sql.
-- What a rule asks for by a day; the own rule set's date goes before that of the common checks.
asked_for as (
    select day, agreement_id, department, manager, kind || '_due' as event, due as date
    from evaluated
    where kind in ('follow_up', 'evaluated_within', 'it_briefing', 'longest_term')
        and due is not null
    qualify row_number() over (
        partition by agreement_id, kind order by ruleset <> $own, due) = 1
),
-- Granted and not over, begun or not. An agreement without a decision counts as granted; but one
-- that was applied for, has not begun and nobody has decided on may never begin.
standing as (
    select *, decision is not null or applied is null or "start" <= day as decided
    from known
    where decision is distinct from 'avslagen' and ended is null and coalesce("end" >= day, true)
),
dates as (
    select day, agreement_id, department, manager, event, date from asked_for
    union all
    select day, agreement_id, department, manager, if(decided, 'start', 'planned_start'), "start"
    from standing
    union all
    select day, agreement_id, department, manager, 'end', "end"
    from standing where decided
    union all
    select day, agreement_id, department, manager, 'measure_due', measure_due
    from standing where measure_done is null and risk_level is distinct from 'gron'
)
select date, agreement_id, department, manager, event
from dates
where date >= day and date <= day + $days_ahead::integer
order by date, event, agreement_id
