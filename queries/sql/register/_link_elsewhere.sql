-- Fills `elsewhere` (_elsewhere.sql) for $departments out of `source`, where everybody's lie.
-- Neither who, what, where, nor a day that the own agreements' outcomes do not turn on.
insert into elsewhere
with version as (
    -- From when each is known: as in `known` of _base.sql.
    select *, list_contains($departments, department) as is_own,
        greatest(known_from, least(coalesce(applied, "start"), seen[1])) as told_from
    from source.agreement
),
pair as (
    -- Not before it has begun: when it was applied for is nobody's business here.
    select o.agreement_id, 'continued' as relation, f."start" as since, null as evaluated,
        greatest(o.known_from, f.told_from, f."start") as known_from,
        least(o.known_to, f.known_to) as known_to
    from version o join version f on f.extended_from = o.agreement_id
    where o.is_own and not f.is_own
        and f.decision is distinct from 'avslagen' and f."start" > o."start"
    union all
    select o.agreement_id, 'before', null, word.evaluated,
        greatest(o.known_from, f.told_from, o."start", if(word.evaluated = 'late', f.evaluated, null)),
        least(o.known_to, f.known_to, if(word.evaluated is null, f.evaluated, null))
    from version o
    join version f on f.agreement_id = o.extended_from and f.agreement_id <> o.agreement_id
    -- Asked only from the own one's start, so that an evaluation in time needs no day. One that
    -- came too late is told from the day on which it was made, and until then as not made.
    join (values ('on_time'), ('late'), (null)) word(evaluated) on case word.evaluated
        when 'on_time' then f.evaluated <= o."start"
        when 'late' then f.evaluated > o."start"
        else f.evaluated is null or f.evaluated > o."start"
    end
    where o.is_own and not f.is_own
),
-- Days that meet are one: how often the other agreement was changed is nobody's business here.
marked as (
    select *, coalesce(known_from > max(known_to) over (
        same order by known_from, known_to rows between unbounded preceding and 1 preceding
    ), false) as apart
    from pair
    where known_from < known_to
    window same as (partition by agreement_id, relation, since, evaluated)
),
numbered as (
    select *, count(*) filter (where apart) over (
        partition by agreement_id, relation, since, evaluated
        order by known_from, known_to rows unbounded preceding
    ) as stretch
    from marked
)
select agreement_id, relation, since, evaluated, min(known_from), max(known_to)
from numbered
group by agreement_id, relation, since, evaluated, stretch
