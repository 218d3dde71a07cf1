-- What the rules make of the agreements on the one day of $days, and since when what is broken has
-- been broken: the first of the days up to this one on each of which it was, in the department where
-- the agreement stands. Follows evaluate.sql upon _today_and_before.sql.
--
-- Within a state a rule is broken from one day to the last (began). Where that is the first day of
-- the state, and the rule was broken on the last day of the one before, it goes further back.
begun as materialized (
    select
        day, ruleset, rule, ordinal, aspect, kind, modality, agreement_id, department, position,
        manager, outcome, reason, due, value, field, today, broken, state_from,
        if(broken, greatest(state_from, told_from, "start", valid_from, case kind
            when 'follow_up' then limit_day + 1
            when 'evaluated_within' then limit_day + 1
            when 'it_briefing' then limit_day + 1
            -- Neither level nor last day is known before the assessment.
            when 'measures_on_time' then greatest(measure_due + 1, risk_assessed)
            when 'red_measure' then risk_assessed
            when 'past_end' then greatest("end" + 1, renewed_until)
            when 'evaluated_before_renewal' then unevaluated_since
        end), null) as began
    from valued
    where today or broken
),
stretches as (
    select
        *,
        coalesce(began = state_from and lag(day) over own = state_from - 1
            and lag(department) over own = department, false) as goes_back
    from begun
    where broken
    window own as (partition by agreement_id, ruleset, rule order by day)
),
evaluated as (
    select * exclude (today, broken, state_from, began), cast(null as date) as since
    from begun
    where today and broken is distinct from true
    union all by name
    select * exclude (today, broken, state_from, began, goes_back)
    from (
        select
            *,
            max(began) filter (where not goes_back) over (
                partition by agreement_id, ruleset, rule) as since
        from stretches
    )
    where today
)
