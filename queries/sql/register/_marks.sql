-- Per day and agreement: $have where it is met, and $of for being asked.
select day, agreement_id, department, position, $of + if(met, $have, 0) as marks
from cases
