-- Followed up within twelve months, or begun since then / in force.
cases as (
    select department, agreement_id, file, line,
        coalesce(followed_up between $as_of - interval 12 month and $as_of
        or "start" >= $as_of - interval 12 month, false) as met
    from in_force
)
