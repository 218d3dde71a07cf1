-- Refused / decided applications, whenever they were decided up to the date.
cases as (
    select department, agreement_id, file, line,
        coalesce(decision = 'avslagen', false) as met
    from known
    where decision is not null and coalesce(applied, "start") <= $as_of
)
