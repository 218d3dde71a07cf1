-- One column of the frame over another; {numerator} and {denominator} are column names of the
-- catalogue's closed list. Grain: department.
select
    $indicator as indicator, $wave as wave, code as department,
    {numerator}::integer as numerator, {denominator}::integer as denominator
from published.department
where wave = $wave
order by ordinal
