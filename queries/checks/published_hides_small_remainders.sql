-- What is left when the shown groups are taken from the whole is nobody, or as large as the limit.
with whole as (
    select distinct wave, question, base from published.cube
    where breakdown = 'all' and status = 'shown'
),
shown as (
    select wave, question, breakdown, sum(base) as base
    from (
        select distinct wave, question, breakdown, "group", base from published.cube
        where breakdown <> 'all' and status = 'shown'
    )
    group by all
)
select wave, question, breakdown, whole.base - shown.base as remainder
from whole join shown using (wave, question) join published.wave w using (wave)
where whole.base - shown.base between 1 and w.min_base - 1 or whole.base < shown.base
