-- Of a wave whose records were removed by age nothing is left that is not published.
with pruned as (select wave from published.wave where pruned is not null),
left_over as (
    select wave, 'respondent' as place from records.respondent
    union all select wave, 'answer' from records.answer
    union all select wave, 'text_answer' from records.text_answer
    union all select wave, 'provenance' from records.provenance
    union all select wave, 'published_cube' from records.published_cube
    union all select wave, 'published_size' from records.published_size
    union all select wave, 'published_atom' from records.published_atom
    union all select wave, 'earlier_atom' from records.earlier_atom
    union all select wave, 'earlier_group' from records.earlier_group
    union all select wave, 'waited' from records.waited
    union all
    select wave, 'cube'
    from records.cube r anti join published.cube p
        on (r.wave, r.question, r.breakdown, r."group", r.option, r.status)
            = (p.wave, p.question, p.breakdown, p."group", p.option, p.status)
        and r.count is not distinct from p.count and r.base is not distinct from p.base
    union all
    select wave, 'group_size'
    from records.group_size r anti join published.group_size p
        on (r.wave, r.breakdown, r."group", r.status) = (p.wave, p.breakdown, p."group", p.status)
        and r.answered is not distinct from p.answered
)
select place, wave, count(*) as rows from left_over semi join pruned using (wave) group by all
