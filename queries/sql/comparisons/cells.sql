-- How many were invited and how many answered, by department and by what the frame may know of
-- people. Grain: department × position × sex × age. Records alone; $wave.
with invited as (
    select department, position, sex, age, sum(invited)::integer as invited
    from records.frame_cell where wave = $wave group by all
),
answered as (
    select department, position, sex, age, count(*)::integer as answered
    from records.respondent where wave = $wave group by all
)
select
    coalesce(i.department, a.department) as department,
    coalesce(i.position, a.position) as position,
    coalesce(i.sex, a.sex) as sex,
    coalesce(i.age, a.age) as age,
    coalesce(invited, 0) as invited,
    coalesce(answered, 0) as answered
from invited i
full join answered a
    on a.department = i.department and a.position is not distinct from i.position
    and a.sex is not distinct from i.sex and a.age is not distinct from i.age
order by all
