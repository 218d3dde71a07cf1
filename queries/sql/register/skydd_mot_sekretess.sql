-- The controls that the class asks for are in place / in force with a class.
cases as (
    select day, department, position, agreement_id, file, line,
        coalesce(case confidentiality
            when 'oppen' then true
            when 'intern' then vpn
            when 'sekretess' then vpn and encryption and siths_card and restricted_access
        end, false) as met
    from in_force
    where confidentiality is not null
)
