-- Figures that the source printed, as far as they may be shown again: one about a group that the
-- gate hides stays with the auditor, although the source is public. $wave.
select f.*
from records.published_figure f
where f.wave = $wave and (
    -- about all who answered, or about how they are spread over the departments
    (f.department is null and f.question = 'department')
    or (f.department is null and exists (
        select 1 from published.cube c
        where c.wave = f.wave and c.question = f.question and c.breakdown = 'all' and c.status = 'shown'))
    or (f.department is null and not exists (
        select 1 from published.group_size g
        where g.wave = f.wave and g.breakdown = f.question and g.status = 'hidden'
            and list_contains(string_split(f.options, '+'), g."group"))
        and exists (select 1 from published.group_size g where g.wave = f.wave and g.breakdown = f.question))
    or exists (
        select 1 from published.cube c
        where c.wave = f.wave and c.question = f.question and c.breakdown = 'department'
            and c."group" = f.department and c.status = 'shown')
)
order by f.ordinal
