-- How many answered in a group is itself told only of groups, and leaves only remainders, as large
-- as the limit. Departments are the exception: who was invited and who answered there is public.
with shown as (
    select wave, breakdown, sum(answered) as answered
    from published.group_size
    where breakdown not in ('all', 'department', 'department*position') and status = 'shown'
    group by all
),
hidden as (
    select wave, breakdown, count_if(p.status = 'hidden' and r.answered > 0) as groups,
        sum(r.answered) as placed
    from records.published_size r join published.group_size p using (wave, breakdown, "group")
    group by all
),
-- How many there were when the sizes were counted: later answers may wait.
total as (
    select wave, sum(people) as answered from records.published_atom where question = '' group by wave
)
select wave, breakdown, "group", answered
from published.group_size join published.wave w using (wave)
where breakdown not in ('all', 'department') and status = 'shown' and answered < w.min_base
union all
select wave, breakdown, null, total.answered - shown.answered
from shown join total using (wave) join hidden using (wave, breakdown) join published.wave w using (wave)
where total.answered <> shown.answered and (
    total.answered - shown.answered < w.min_base
    -- People without a value of the attribute are in no group, and count as one that is hidden.
    or hidden.groups + (hidden.placed < total.answered)::integer < w.min_groups)
