select agreement_id from kept order by agreement_id
