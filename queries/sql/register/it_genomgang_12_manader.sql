-- IT briefing within the rule's months ($months) / in force.
cases as (
    select day, department, position, agreement_id, file, line,
        coalesce(it_briefing + to_months($months) >= day, false) as met
    from in_force
)
