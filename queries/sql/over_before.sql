-- The agreements that were over before $before, as the registers have them last: ended, refused, or
-- past their last day and continued by another. Those that are removed already begin with $gone.
with latest as (select * from records.agreement where known_to = date '9999-12-31')
select agreement_id
from latest
where not starts_with(agreement_id, $gone)
    and case
        when decision = 'avslagen' then greatest(coalesce(applied, "start"), "start")
        when ended is not null then ended
        when agreement_id in (
            select extended_from from latest
            where decision is distinct from 'avslagen' and agreement_id <> extended_from
        ) then "end"
    end < $before
order by agreement_id
