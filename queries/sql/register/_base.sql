-- The register on each of $days, as it was known that day.
with days as (select unnest($days::date[]) as day),
-- Every department that a wave or the register knows, also those without agreements.
grid as (
    select department, min(ordinal) as ordinal
    from (
        select code as department, ordinal from published.department
        union all
        select department, 1000 from records.agreement
    )
    group by department
),
-- At most one version of an agreement holds on a day. It is known from its application or its start,
-- or from the first register that it stood in; what is dated later than the day had not happened yet.
-- last_seen: the last register up to the day that it stood in, null if there is none.
known as (
    select days.day, list_max([d for d in a.seen if d <= days.day]) as last_seen,
        a.* exclude (seen) replace (
        case when a.risk_assessed <= day then a.risk_assessed end as risk_assessed,
        case when coalesce(a.risk_assessed, day) <= day then a.risk_level end as risk_level,
        case when coalesce(a.risk_assessed, day) <= day then a.measure_due end as measure_due,
        -- A measure that is older than the assessment was not taken against what it found.
        case when a.measure_done <= day and (a.risk_assessed is null or a.risk_assessed > day
            or a.measure_done >= a.risk_assessed) then a.measure_done end as measure_done,
        case when a.followed_up <= day then a.followed_up end as followed_up,
        case when a.evaluated <= day then a.evaluated end as evaluated,
        case when a.it_briefing <= day then a.it_briefing end as it_briefing,
        case when a.ended <= day then a.ended end as ended,
        case when a.ended <= day then a.end_reason end as end_reason
    )
    from days join records.agreement a on a.known_from <= days.day and days.day < a.known_to
    where coalesce(a.applied, a."start") <= days.day or a.seen[1] <= days.day
),
-- In force: granted (an agreement without a decision counts as granted), begun, not over.
in_force as (
    select * from known
    where coalesce(decision, 'beviljad') <> 'avslagen'
        and "start" <= day
        and ended is null
        and ("end" is null or "end" >= day)
),
-- Renewed: another agreement, granted and begun later, continues it. So neither one that names
-- itself nor two that name each other. It may stand where this connection does not reach: elsewhere.
renewed as (
    select distinct earlier.day, earlier.agreement_id
    from known earlier
    join (
        select day, extended_from as agreement_id, "start" as since
        from known
        where extended_from is not null and decision is distinct from 'avslagen'
        union all
        select days.day, e.agreement_id, e.since
        from days join elsewhere e on e.known_from <= days.day and days.day < e.known_to
        where e.relation = 'continued'
    ) later on later.day = earlier.day and later.agreement_id = earlier.agreement_id
    where later.since > earlier."start" and later.since <= earlier.day
),
-- Of each agreement that continues another which is known, here or elsewhere: when that one was
-- evaluated (the day only if it stands here), on_time or late for this one's start, null: not yet.
before as (
    select a.day, a.agreement_id, b.evaluated,
        if(b.evaluated <= a."start", 'on_time', if(b.evaluated > a."start", 'late', null)) as timely
    from known a
    join known b on b.day = a.day and b.agreement_id = a.extended_from
    where b.agreement_id <> a.agreement_id
    union all
    select a.day, a.agreement_id, null, e.evaluated
    from known a
    join elsewhere e on e.agreement_id = a.agreement_id
        and e.known_from <= a.day and a.day < e.known_to
    where e.relation = 'before'
),
