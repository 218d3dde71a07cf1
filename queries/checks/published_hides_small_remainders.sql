-- What is left when the shown groups are taken from the whole is nobody, or may itself be shown: as
-- large as the limit, not a few people who are all alike, and from enough groups that answered.
with shown as (
    select wave, question, breakdown, option, sum(count) as count, sum(base) as base
    from published.cube
    where breakdown <> 'all' and status = 'shown'
    group by all
),
rest as (
    select s.wave, s.question, s.breakdown,
        any_value(c.base - s.base) as base,
        bool_and(c.count - s.count in (0, c.base - s.base)) as unanimous
    from shown s
    join published.cube c using (wave, question, option)
    where c.breakdown = 'all' and c.status = 'shown'
    group by all
),
bases as (
    select r.wave, r.question, r.breakdown, r."group", any_value(r.base) as base,
        any_value(p.status) = 'hidden' as hidden
    from records.published_cube r
    join published.cube p using (wave, question, breakdown, "group", option)
    group by all
),
sources as (
    select b.wave, b.question, b.breakdown,
        -- People without a value of the attribute are in no group, and count as one that is hidden.
        count_if(b.hidden and b.base > 0) + (sum(b.base) < any_value(w.base))::integer as groups
    from bases b
    join (select wave, question, base from bases where breakdown = 'all') w using (wave, question)
    where b.breakdown <> 'all'
    group by all
)
select wave, question, breakdown, rest.base as remainder, rest.unanimous, sources.groups
from rest join sources using (wave, question, breakdown) join published.wave w using (wave)
where rest.base < 0
    or rest.base between 1 and w.min_base - 1
    or (rest.base > 0 and (
        sources.groups < w.min_groups or (rest.base < w.unanimous_below and rest.unanimous)))
