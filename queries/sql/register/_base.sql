-- The register on $as_of, for every department of $wave, also those without agreements.
with grid as (
    select code as department, eligible, ordinal
    from published.department where wave = $wave
),
-- Of an agreement told in several events, the latest that had happened by the date.
known as (
    select * from records.agreement
    where event_date is null or event_date <= $as_of
    qualify row_number() over (partition by agreement_id order by event_date desc nulls last) = 1
),
-- In force: granted (an agreement without a decision counts as granted), begun, not over.
in_force as (
    select * from known
    where coalesce(decision, 'beviljad') <> 'avslagen'
        and "start" <= $as_of
        and (ended is null or ended > $as_of)
        and ("end" is null or "end" >= $as_of)
),
