-- The agreements to evaluate, as they stood on the one day of $days (`today`), and each earlier state
-- of them as it stood on its last day; less those that were past their end then and renewed. Follows
-- _base.sql; in the place of _today.sql.
version as (
    select
        *,
        -- From when it is known: as in `known` of _base.sql.
        least(coalesce(applied, "start"), seen[1]) as told_from,
        hash(struct_pack(
            department, position, occupation, kind, form, applied, decision, "start", "end",
            extended_from, notice_days, days_per_week, remote_share, places, risk_assessed,
            risk_level, measure_due, vpn, encryption, siths_card, restricted_access,
            confidentiality, home_insurance, landlord_consent, equipment_receipted
        )) as terms
    from records.agreement
),
-- A state is versions that follow each other and say the same, but for deeds done on the very day
-- from which they are told. Such a deed breaks no rule, and of what is broken on the last day of a
-- state nothing was broken before the deed and after it alike: the first day is told by its date.
marked as (
    select
        *,
        coalesce(
            lag(known_to) over own = known_from and lag(terms) over own = terms
            and (followed_up = known_from
                or followed_up is not distinct from lag(followed_up) over own)
            and (evaluated = known_from or evaluated is not distinct from lag(evaluated) over own)
            and (it_briefing = known_from
                or it_briefing is not distinct from lag(it_briefing) over own)
            and (measure_done = known_from
                or measure_done is not distinct from lag(measure_done) over own)
            and (ended = known_from or ended is not distinct from lag(ended) over own),
        false) as goes_on
    from version
    window own as (partition by agreement_id order by known_from)
),
state as (
    select
        *,
        max(known_from) filter (where not goes_on) over (
            partition by agreement_id order by known_from rows unbounded preceding) as state_from,
        lead(goes_on, 1, false) over (partition by agreement_id order by known_from) as has_more
    from marked
),
-- When another agreement continues it, which begins later: as `renewed` of _base.sql.
renewed_span as (
    select e.agreement_id, greatest(e.known_from, l.known_from, l.told_from, l."start") as since,
        least(e.known_to, l.known_to) as until
    from version e join version l on l.extended_from = e.agreement_id
    where l.decision is distinct from 'avslagen' and l."start" > e."start"
    union all
    select e.agreement_id, greatest(e.known_from, l.known_from, l.since),
        least(e.known_to, l.known_to)
    from version e join elsewhere l using (agreement_id)
    where l.relation = 'continued' and l.since > e."start"
),
renewals as (
    select agreement_id, list(struct_pack(since, until)) as spans
    from renewed_span
    where since < until
    group by agreement_id
),
-- When the agreement that it continues is known and was not evaluated in time, as `before` of
-- _base.sql; days that meet are one.
unevaluated_span as (
    select a.agreement_id, greatest(a.known_from, b.known_from, b.told_from, a."start") as since,
        least(a.known_to, b.known_to) as until
    from version a
    join version b on b.agreement_id = a.extended_from and b.agreement_id <> a.agreement_id
    where b.evaluated is null or b.evaluated > a."start"
    union all
    select agreement_id, known_from, known_to
    from elsewhere
    where relation = 'before' and evaluated is distinct from 'on_time'
),
apart as (
    select
        *,
        coalesce(since > max(until) over (
            partition by agreement_id order by since, until
            rows between unbounded preceding and 1 preceding
        ), false) as is_apart
    from unevaluated_span
    where since < until
),
numbered as (
    select
        *,
        count(*) filter (where is_apart) over (
            partition by agreement_id order by since, until rows unbounded preceding) as stretch
    from apart
),
unevaluated as (
    select agreement_id, min(since) as since, max(until) as until
    from numbered
    group by agreement_id, stretch
),
-- What is not in force today is not asked about, nor what it was before.
standing as (
    select day, agreement_id
    from known
    where decision is distinct from 'avslagen' and ended is null and "start" <= day
),
stood as (
    select
        s.known_to > days.day as today, if(today, days.day, s.known_to - 1) as day,
        list_max([d for d in s.seen if d <= day]) as last_seen,
        s.* exclude (seen, terms, goes_on, has_more)
    from standing days join state s using (agreement_id)
    where s.known_from <= days.day and (s.known_to > days.day or not s.has_more)
),
-- What is dated later than the day had not happened yet: as in `known` of _base.sql.
then_known as (
    select * replace (
        case when risk_assessed <= day then risk_assessed end as risk_assessed,
        case when coalesce(risk_assessed, day) <= day then risk_level end as risk_level,
        case when coalesce(risk_assessed, day) <= day then measure_due end as measure_due,
        case when measure_done <= day and (risk_assessed is null or risk_assessed > day
            or measure_done >= risk_assessed) then measure_done end as measure_done,
        case when followed_up <= day then followed_up end as followed_up,
        case when evaluated <= day then evaluated end as evaluated,
        case when it_briefing <= day then it_briefing end as it_briefing,
        case when ended <= day then ended end as ended,
        case when ended <= day then end_reason end as end_reason
    )
    from stood
    where told_from <= day and "start" <= day
),
moments as (
    select
        a.*,
        -- Of an earlier state it is asked only whether it was not evaluated in time.
        if(a.today, before.agreement_id, unevaluated.agreement_id) is not null as predecessor_known,
        before.evaluated as predecessor_evaluated,
        before.timely as predecessor_timely,
        unevaluated.since as unevaluated_since,
        list_max([s.until for s in renewals.spans if s.until <= a.day]) as renewed_until,
        (select max(as_of) from records.register_load where as_of <= a.day) as latest_load
    from then_known a
    left join before on a.today and before.day = a.day and before.agreement_id = a.agreement_id
    left join renewals on renewals.agreement_id = a.agreement_id
    left join unevaluated on unevaluated.agreement_id = a.agreement_id
        and unevaluated.since <= a.day and a.day < unevaluated.until
    where a."end" is null or a."end" >= a.day or renewals.spans is null
        or not list_bool_or([s.since <= a.day and a.day < s.until for s in renewals.spans])
),
