-- How many of the frame there are of each value of the attribute $cell, in the chosen departments.
-- Grain: value. What the frame does not say of a person belongs to no value.
select case $cell when 'position' then position when 'occupation' then occupation
        when 'sex' then sex when 'age' then age end as cell,
    sum(invited)::integer as people
from records.frame_cell
where wave = $wave and list_contains($departments::varchar[], department)
group by 1
having cell is not null
order by 1
