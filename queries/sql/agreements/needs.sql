-- By consequence: the worst first, of equals what has lasted longest.
select * exclude (department_ordinal)
from needs
order by
    rank nulls last, since nulls last, department_ordinal, department, agreement_id, kind, field
limit $limit offset $offset
