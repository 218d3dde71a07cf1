-- How many gave each answer, per group of one breakdown and for the whole (group ''), from the
-- viewer's own cube ({schema}). Grain: question × group × option. Null where a group is hidden.
-- $wave, $questions, $breakdown.
select question, "group", option, count, base, status
from {schema}.cube
where wave = $wave and list_contains($questions, question) and breakdown in ('all', $breakdown)
