-- What held of each agreement on which day, and was known of it: derived from every register that
-- was loaded, in the order of their dates, so that the order of loading does not matter.
-- A register tells of the time since the one before it, and never changes a day up to that one.
with load as (
    select as_of, lag(as_of) over (order by as_of) as previous from records.register_load
),
line as (
    select
        r.*, load.previous,
        min(r.as_of) over (partition by r.agreement_id) as first_as_of,
        list(r.as_of) over (partition by r.agreement_id) as stood,
        -- Beside events, a line without a day says what held before the first of them.
        r.event_date is null and count(*) over (partition by r.agreement_id, r.as_of) > 1
            as before_events,
        -- What the line says, without where it stands.
        hash(struct_pack(
            r.employee, r.manager, r.department, r.position, r.occupation, r.kind, r.form, r.applied,
            r.decision, r.reason, r."start", r."end", r.extended_from, r.notice_days,
            r.days_per_week, r.remote_share, r.places, r.risk_assessed, r.risk_level,
            r.measure_due, r.measure_done, r.followed_up, r.evaluated, r.it_briefing, r.vpn,
            r.encryption, r.siths_card, r.restricted_access, r.confidentiality, r.home_insurance,
            r.landlord_consent, r.equipment_receipted, r.ended, r.end_reason
        )) as content
    from records.register_row r join load using (as_of)
),
-- Beside each line what was told last before it, by an earlier register or as an earlier event.
told as (
    select *,
        lag(content) over one as content_before,
        lag(content) over same as same_before,
        lag(as_of) over one as as_of_before,
        lag(line) over one as line_before
    from line
    window
        one as (partition by agreement_id order by as_of, event_date nulls first),
        same as (partition by agreement_id, event_date order by as_of)
),
-- A line without the date of an event: the state on the day of its register.
-- New in the register: it may have held since the register before. Changed: it holds from this one.
stated as (
    select as_of, line,
        case
            when as_of = first_as_of then coalesce(previous + 1, date '0001-01-01')
            else as_of
        end as known_from,
        case when before_events then date '0001-01-01' else known_from end as effective
    from told
    where event_date is null
        and (as_of = first_as_of
            or content is distinct from if(before_events, same_before, content_before))
),
-- A dated fact that a changed line brings, from its own day: the earlier terms with the new fact.
fact_day as (
    select n.as_of, n.line, n.previous, n.as_of_before, n.line_before, unnest(list_distinct([
        f for f in [
            case when n.risk_assessed is distinct from o.risk_assessed then n.risk_assessed end,
            case when n.measure_done is distinct from o.measure_done then n.measure_done end,
            case when n.followed_up is distinct from o.followed_up then n.followed_up end,
            case when n.evaluated is distinct from o.evaluated then n.evaluated end,
            case when n.it_briefing is distinct from o.it_briefing then n.it_briefing end,
            case when n.ended is distinct from o.ended then n.ended end
        ] if f > n.previous and f < n.as_of
    ])) as day
    from told n
    join records.register_row o
        on o.as_of = n.as_of_before and o.line = n.line_before
    where n.event_date is null and not n.before_events and n.as_of > n.first_as_of
        and n.content is distinct from n.content_before
),
-- An event holds from its day, unless it was told too late for that.
happened as (
    select as_of, line,
        case
            when previous is null or event_date > previous then event_date
            when as_of = first_as_of then previous + 1
            else as_of
        end as known_from,
        event_date as effective
    from told
    where event_date is not null
        -- The same event in a later register is no news.
        and content is distinct from same_before
),
news as (
    select known_from, effective, n.* exclude (content, content_before, same_before, as_of_before,
        line_before, first_as_of, previous, before_events)
    from (select * from stated union all select * from happened)
    join told n using (as_of, line)
    union all by name
    select
        f.day as known_from, f.day as effective, o.* replace (
            f.as_of as as_of, n.line as line, n.file as file,
            case when n.risk_assessed > f.previous and n.risk_assessed <= f.day
                then n.risk_assessed else o.risk_assessed end as risk_assessed,
            case when n.risk_assessed > f.previous and n.risk_assessed <= f.day
                and n.risk_assessed is distinct from o.risk_assessed
                then n.risk_level else o.risk_level end as risk_level,
            case when n.risk_assessed > f.previous and n.risk_assessed <= f.day
                and n.risk_assessed is distinct from o.risk_assessed
                then n.measure_due else o.measure_due end as measure_due,
            case when n.measure_done > f.previous and n.measure_done <= f.day
                then n.measure_done else o.measure_done end as measure_done,
            case when n.followed_up > f.previous and n.followed_up <= f.day
                then n.followed_up else o.followed_up end as followed_up,
            case when n.evaluated > f.previous and n.evaluated <= f.day
                then n.evaluated else o.evaluated end as evaluated,
            case when n.it_briefing > f.previous and n.it_briefing <= f.day
                then n.it_briefing else o.it_briefing end as it_briefing,
            case when n.ended > f.previous and n.ended <= f.day
                then n.ended else o.ended end as ended,
            case when n.ended > f.previous and n.ended <= f.day
                and n.ended is distinct from o.ended
                then n.end_reason else o.end_reason end as end_reason
        ),
        n.stood
    from fact_day f
    join records.register_row o on o.as_of = f.as_of_before and o.line = f.line_before
    join told n on n.as_of = f.as_of and n.line = f.line
),
-- Of what was known on a day, the latest that had happened holds.
holds as (
    select b.known_from as since, n.*
    from (select distinct agreement_id, known_from from news) b
    join news n on n.agreement_id = b.agreement_id and n.known_from <= b.known_from
    qualify row_number() over (
        partition by b.agreement_id, b.known_from
        order by n.effective desc, n.known_from desc, n.as_of desc, n.line desc) = 1
)
select * exclude (as_of, since, effective, stood) replace (since as known_from),
    list_sort(list_distinct(stood)) as seen,
    coalesce(lead(since) over (partition by agreement_id order by since), date '9999-12-31')
        as known_to,
    as_of as loaded
from holds
order by department, agreement_id, known_from
