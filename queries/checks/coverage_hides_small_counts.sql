-- No published count of agreements from 1 up to the limit; "anvandning" is a ratio to people.
select c.wave, c.indicator, c.department, c.numerator, c.denominator
from published.coverage c join published.wave w using (wave)
where c.status = 'shown' and (
    c.numerator between 1 and w.min_base - 1
    or (c.indicator <> 'anvandning'
        and c.denominator - c.numerator between 1 and w.min_base - 1)
)
