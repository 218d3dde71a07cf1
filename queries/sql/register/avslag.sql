-- Refused / decided applications, made up to the day. One without a date of application counts when
-- it was to begin, or from the first register that it stood in, which holds what was decided by then.
cases as (
    select day, department, position, agreement_id, file, line,
        decision = 'avslagen' as met
    from known
    where decision is not null
        and (coalesce(applied, "start") <= day or applied is null and last_seen is not null)
)
