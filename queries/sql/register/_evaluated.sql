-- What the rules make of the agreements on each of $days. Follows evaluate.sql.
evaluated as (
    select
        day, ruleset, rule, ordinal, aspect, kind, modality, agreement_id, department, position,
        manager, outcome, reason, due, value, field
    from valued
)
