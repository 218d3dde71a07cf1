-- The controls that the class asks for are in place / in force with a class.
counted as (
    select department,
        count(*) filter (where 
            case confidentiality
                when 'oppen' then true
                when 'intern' then vpn
                when 'sekretess' then vpn and encryption and siths_card and restricted_access
            end
        ) as numerator,
        count(*) as denominator
    from in_force where confidentiality is not null
    group by department
)
select $indicator as indicator, $wave as wave, department,
    coalesce(numerator, 0)::integer as numerator, coalesce(denominator, 0)::integer as denominator
from grid left join counted using (department)
order by grid.ordinal
