-- The agreements to evaluate, as they stood on each of $days, less those that are past their end and
-- renewed. Follows _base.sql.
moments as (
    select
        known.*,
        before.agreement_id is not null as predecessor_known,
        before.evaluated as predecessor_evaluated,
        before.timely as predecessor_timely,
        (select max(as_of) from records.register_load where as_of <= known.day) as latest_load
    from known
    left join before on before.day = known.day and before.agreement_id = known.agreement_id
    where known."end" is null or known."end" >= known.day
        or (known.day, known.agreement_id) not in (select (day, agreement_id) from renewed)
),
