-- Agreement × rule → outcome: of each agreement as it stood on its day in `moments` (_today.sql, or
-- _today_and_before.sql). Ends in `valued`, which _evaluated.sql or _since.sql makes `evaluated` of
-- (queries.rules.evaluate_sql).
--
-- $rules is a JSON list with an object per rule (queries.rules.as_json), in which what a rule does
-- not have is null. What the kinds of rule mean stands in `reasoned`, which gives the reason, and
-- nowhere else; `judged` says what each reason comes to.
rules as (
    select * rename ("form" as wanted_form)
    from (select unnest(from_json_strict($rules, '[{
        "ruleset": "VARCHAR", "ordinal": "INTEGER", "rule": "VARCHAR", "aspect": "VARCHAR",
        "kind": "VARCHAR", "modality": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE",
        "form": "VARCHAR", "months": "INTEGER", "days": "DOUBLE", "percent": "DOUBLE",
        "places": "INTEGER", "field": "VARCHAR",
        "oppen": ["VARCHAR"], "intern": ["VARCHAR"], "sekretess": ["VARCHAR"],
        "applies_kinds": ["VARCHAR"], "applies_forms": ["VARCHAR"],
        "applies_positions": ["VARCHAR"], "applies_occupations": ["VARCHAR"],
        "applies_confidentiality": ["VARCHAR"],
        "scope_kinds": ["VARCHAR"], "scope_min_days": "DOUBLE",
        "scope_not_occupations": ["VARCHAR"]
    }]'), recursive := true))
),
-- What is evaluated: agreements in force, and those past their end but neither ended nor renewed.
-- These were allowed and begun.
candidates as (
    select
        a.* exclude (reason) rename (kind as arrangement, places as used_places),
        coalesce(a."end" < a.day, false) as past,
        coalesce(a.days_per_week, a.remote_share / 20) as week_days,
        coalesce(a.remote_share, a.days_per_week * 20) as share
    from moments a
    where a.decision is distinct from 'avslagen'
        and a."start" <= a.day
        and a.ended is null
),
-- Every rule is put to every agreement that can be asked. A condition that is not set is true; one
-- that rests on a value not stated is null. Of several, a false one decides before an unknown one.
asked as (
    select
        a.*, r.*,
        (r.scope_kinds is null or list_contains(r.scope_kinds, a.arrangement))
            and (r.scope_min_days is null or a.week_days >= r.scope_min_days)
            and (r.scope_not_occupations is null
                or not list_contains(r.scope_not_occupations, a.occupation)) as covered,
        (r.applies_kinds is null or list_contains(r.applies_kinds, a.arrangement))
            and (r.applies_forms is null or list_contains(r.applies_forms, a.form))
            and (r.applies_positions is null or list_contains(r.applies_positions, a.position))
            and (r.applies_occupations is null
                or list_contains(r.applies_occupations, a.occupation))
            and (r.applies_confidentiality is null
                or list_contains(r.applies_confidentiality, a.confidentiality)) as applies
    from candidates a cross join rules r
    where not a.past or r.kind in ('past_end', 'in_register')
),
-- The values that a kind weighs, under one name each: the field of `yes`, the days of recurring
-- deeds, and whether the controls of the agreement's class are all in place.
weighed as (
    select
        *,
        case field
            when 'home_insurance' then home_insurance
            when 'landlord_consent' then landlord_consent
            when 'equipment_receipted' then equipment_receipted
            when 'vpn' then vpn
            when 'encryption' then encryption
            when 'siths_card' then siths_card
            when 'restricted_access' then restricted_access
        end as said,
        case kind
            when 'follow_up' then cast(greatest("start", followed_up) + to_months(months) as date)
            when 'evaluated_within'
                then cast(greatest("start", evaluated) + to_months(months) as date)
            when 'it_briefing' then cast(it_briefing + to_months(months) as date)
            when 'longest_term' then cast("start" + to_months(months) as date)
        end as limit_day,
        case when kind = 'controls' then
            coalesce(case confidentiality
                when 'oppen' then oppen when 'intern' then intern when 'sekretess' then sekretess
            end, [])
        end as required,
        (not list_contains(required, 'vpn') or vpn)
            and (not list_contains(required, 'encryption') or encryption)
            and (not list_contains(required, 'siths_card') or siths_card)
            and (not list_contains(required, 'restricted_access') or restricted_access)
            as protected
    from asked
),
reasoned as (
    select
        *,
        case
            when kind = 'none' then 'not_regulated'
            when day < valid_from or day > valid_to then 'not_in_force'
            when not covered then 'outside_scope'
            when covered is null then 'scope_unknown'
            when not applies then 'not_for_these'
            when applies is null then 'applies_unknown'
            when modality = 'kan' then 'permitted'
            else case kind
                when 'form' then case
                    when form = wanted_form then 'met'
                    when form <> wanted_form then 'other_form'
                    else 'not_stated' end
                when 'individual' then if(employee is not null, 'met', 'not_stated')
                when 'longest_term' then case
                    when "end" <= limit_day then 'met'
                    when "end" is null then 'open_ended'
                    else 'too_long' end
                when 'open_ended' then if("end" is null, 'met', 'has_end')
                when 'notice' then case
                    when notice_days is null then 'not_stated'
                    when notice_days = days then 'met'
                    when notice_days between 28 * months and 31 * months then 'met'
                    else 'notice_differs' end
                when 'most_days' then case
                    when week_days <= days then 'met'
                    when week_days > days then 'too_many_days'
                    else 'not_stated' end
                when 'most_share' then case
                    when share <= percent then 'met'
                    when share > percent then 'too_large_share'
                    else 'not_stated' end
                when 'not_all' then case
                    when share < 100 then 'met'
                    when share >= 100 then 'all_remote'
                    else 'not_stated' end
                when 'most_places' then case
                    when used_places <= places then 'met'
                    when used_places > places then 'too_many_places'
                    else 'not_stated' end
                when 'yes' then case
                    when said then 'met'
                    when not said then 'said_no'
                    else 'not_stated' end
                when 'risk_before_start' then case
                    when risk_assessed <= "start" then 'met'
                    when risk_assessed is null then 'never'
                    else 'late' end
                when 'risk_graded' then case
                    when risk_assessed is null then 'no_assessment'
                    when risk_level is null then 'no_level'
                    else 'met' end
                when 'measures_on_time' then case
                    when risk_level = 'gron' then 'no_measure_needed'
                    when measure_done is not null then 'done'
                    when measure_due >= day then 'not_yet_due'
                    when measure_due < day then 'overdue'
                    when risk_level is not null then 'no_due_date'
                    when risk_assessed is null then 'no_assessment'
                    else 'no_level' end
                when 'red_measure' then case
                    when risk_level <> 'rod' then 'not_red'
                    when risk_level is null and risk_assessed is null then 'no_assessment'
                    when risk_level is null then 'no_level'
                    when measure_done is not null then 'done'
                    else 'red_open' end
                when 'follow_up' then case
                    when day <= limit_day then 'in_time'
                    when followed_up is null then 'never'
                    else 'too_long_ago' end
                when 'check_in' then if(followed_up >= "start", 'met', 'none_yet')
                when 'evaluated_before_renewal' then case
                    when extended_from is null then 'not_renewed'
                    when not predecessor_known then 'predecessor_unknown'
                    when predecessor_timely = 'on_time' then 'met'
                    when predecessor_timely is null then 'never'
                    else 'late' end
                when 'evaluated_within' then case
                    when day <= limit_day then 'in_time'
                    when evaluated is null then 'never'
                    else 'too_long_ago' end
                when 'it_briefing' then case
                    when day <= limit_day then 'in_time'
                    when it_briefing is null then 'never'
                    else 'too_long_ago' end
                when 'controls' then case
                    when confidentiality is null then 'no_class'
                    when protected then 'met'
                    when not protected then 'lacking'
                    else 'not_stated' end
                when 'past_end' then if(past, 'past_end', 'in_time')
                when 'decided' then case
                    when decision is not null then 'met'
                    when applied is null then 'no_application'
                    else 'undecided' end
                when 'in_register' then if(last_seen < latest_load, 'gone', 'met')
                when 'text' then 'no_field'
            end
        end as reason
    from weighed
),
-- What each reason comes to: what is broken is a failure if it must be kept, an advice if it
-- should.
judged as (
    select
        *,
        case
            when reason in ('met', 'permitted', 'in_time', 'done', 'no_measure_needed',
                'not_yet_due') then 'uppfyllt'
            when reason in ('outside_scope', 'not_for_these', 'not_red', 'not_renewed',
                'no_application') then 'omfattas_inte'
            when reason in ('not_regulated', 'not_in_force') then 'ej_reglerat'
            when reason in ('scope_unknown', 'applies_unknown', 'not_stated', 'no_assessment',
                'no_level', 'no_due_date', 'none_yet', 'predecessor_unknown', 'no_class',
                'undecided', 'gone', 'no_field') then 'uppgift_saknas'
            when modality = 'ska' then 'brister'
            when modality = 'bor' then 'avviker'
        end as outcome,
        outcome in ('brister', 'avviker') as broken,
        -- Of the controls, those that are known to lack, else those that are not stated.
        if(reason = 'lacking', false, null) as lack
    from reasoned
    where reason is not null  -- a kind that is not told above finds nothing
),
valued as (
    select
        *,
        -- The next day by which something is to be done: none where the rule does not reach.
        case
            when reason in ('permitted', 'no_measure_needed', 'done', 'scope_unknown',
                'applies_unknown') or outcome in ('omfattas_inte', 'ej_reglerat') then null
            when kind in ('follow_up', 'evaluated_within', 'it_briefing') then limit_day
            when kind = 'longest_term' and reason <> 'met' then limit_day
            when kind in ('measures_on_time', 'red_measure')
                then if(measure_done is null, measure_due, null)
            when kind = 'past_end' then "end"
        end as due,
        -- The agreement's own value, for the reader to format.
        case kind
            when 'form' then form
            when 'longest_term' then cast("end" as varchar)
            when 'open_ended' then cast("end" as varchar)
            when 'notice' then cast(notice_days as varchar)
            when 'most_days' then cast(week_days as varchar)
            when 'most_share' then cast(share as varchar)
            when 'not_all' then cast(share as varchar)
            when 'most_places' then cast(used_places as varchar)
            when 'risk_before_start' then cast(risk_assessed as varchar)
            when 'risk_graded' then risk_level
            when 'measures_on_time' then cast(measure_due as varchar)
            when 'red_measure' then cast(measure_due as varchar)
            when 'follow_up' then cast(followed_up as varchar)
            when 'check_in' then cast(followed_up as varchar)
            when 'evaluated_before_renewal' then cast(predecessor_evaluated as varchar)
            when 'evaluated_within' then cast(evaluated as varchar)
            when 'it_briefing' then cast(it_briefing as varchar)
            when 'controls' then if(reason not in ('lacking', 'not_stated'), confidentiality,
                concat_ws(',',
                    if(list_contains(required, 'vpn') and vpn is not distinct from lack,
                        'vpn', null),
                    if(list_contains(required, 'encryption')
                        and encryption is not distinct from lack, 'encryption', null),
                    if(list_contains(required, 'siths_card')
                        and siths_card is not distinct from lack, 'siths_card', null),
                    if(list_contains(required, 'restricted_access')
                        and restricted_access is not distinct from lack,
                        'restricted_access', null)))
            when 'past_end' then cast("end" as varchar)
            when 'decided' then cast(applied as varchar)
            when 'in_register' then cast(last_seen as varchar)
        end as value
    from judged
)
