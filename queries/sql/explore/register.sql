-- Crossed by two fields. Grain: line × side; '' is everything; a date counts by its year.
select if($rows = '' or grouping(line) = 1, '', line) as line,
    if($columns = '' or grouping(side) = 1, '', side) as side, count(*)::integer as people
from (
    select coalesce(nullif(if($rows = '', '', left(d ->> $rows, $rows_length)), ''), '–') as line,
        coalesce(nullif(if($columns = '', '', left(d ->> $columns, $columns_length)), ''), '–')
            as side
    from kept
)
group by cube (line, side)
order by all
