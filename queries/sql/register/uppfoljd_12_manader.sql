-- Followed up within the rule's months ($months), or begun since then / in force.
cases as (
    select day, department, position, agreement_id, file, line,
        greatest("start", followed_up) + to_months($months) >= day as met
    from in_force
)
