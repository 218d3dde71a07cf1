-- Lines and agreements per matter; the last row, without a kind, is of all of them together.
select
    kind, field,
    count(*)::integer as lines,
    count(distinct agreement_id)::integer as agreements,
    min(rank)::integer as rank
from needs
group by grouping sets ((kind, field), ())
order by grouping(kind), rank nulls last, kind, field
