-- A count is a part of its base.
select wave, question, breakdown, "group", option, count, base
from records.cube
where count < 0 or count > base
