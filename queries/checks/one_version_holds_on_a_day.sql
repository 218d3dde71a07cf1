-- The versions of an agreement follow each other without gap or overlap.
select agreement_id, known_from, known_to, following
from (
    select agreement_id, known_from, known_to,
        lead(known_from) over (partition by agreement_id order by known_from) as following
    from records.agreement
)
where known_from >= known_to
    or following is not null and following <> known_to
