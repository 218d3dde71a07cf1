-- The earlier agreement was evaluated before this one began / in force and extended from another
-- that the register knows.
cases as (
    select a.day, a.department, a.position, a.agreement_id, a.file, a.line,
        coalesce(earlier.evaluated <= a."start", false) as met
    from in_force a
    join known earlier on earlier.day = a.day and earlier.agreement_id = a.extended_from
)
