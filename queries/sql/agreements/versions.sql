-- One agreement's versions as known on the day, the earliest first.
-- What is dated later than the day had not happened yet.
select * exclude (seen) replace (
    case when risk_assessed <= $day then risk_assessed end as risk_assessed,
    case when coalesce(risk_assessed, $day) <= $day then risk_level end as risk_level,
    case when coalesce(risk_assessed, $day) <= $day then measure_due end as measure_due,
    case when measure_done <= $day then measure_done end as measure_done,
    case when followed_up <= $day then followed_up end as followed_up,
    case when evaluated <= $day then evaluated end as evaluated,
    case when it_briefing <= $day then it_briefing end as it_briefing,
    case when ended <= $day then ended end as ended,
    case when ended <= $day then end_reason end as end_reason
)
from records.agreement
where agreement_id = $agreement and known_from <= $day
order by known_from
