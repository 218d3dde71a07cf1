-- What is published of the questions in the breakdowns that a selection needs, and nothing else.
-- Grain: question × breakdown × group × option. Numbers are null where the group is hidden.
select question, breakdown, "group", option, count, base, status
from published.cube
where wave = $wave and list_contains($questions::varchar[], question)
    and list_contains($breakdowns::varchar[], breakdown)
order by ordinal
