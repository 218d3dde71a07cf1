-- Every agreement lies in a department that some wave knows.
select agreement_id, department
from records.agreement
where department not in (select code from published.department)
