-- The earlier agreement was evaluated before this one began / in force and extended from another
-- that the register knows.
cases as (
    select a.day, a.department, a.position, a.agreement_id, a.file, a.line,
        coalesce(before.timely = 'on_time', false) as met
    from in_force a join before using (day, agreement_id)
)
