-- Refused / decided applications, made up to the date. One without a date of application counts
-- when it was to begin, or on the day of the register itself, which holds what was decided by then.
cases as (
    select department, agreement_id, file, line,
        coalesce(decision = 'avslagen', false) as met
    from known
    where decision is not null
        and (coalesce(applied, "start") <= $as_of
            or applied is null and $as_of >= (select as_of from published.register))
)
