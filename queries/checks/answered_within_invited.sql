-- Nobody answers who was not invited: a population smaller than its sample has no uncertainty.
select wave, code, invited, answered from published.department where answered > invited
