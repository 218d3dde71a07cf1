-- What a connection that holds only some departments' agreements is told of the others: that one of
-- its own goes on in one of them, or came from one, on which days. Empty where all are at hand.
-- relation: continued (since: the first day of what continues it, not refused) or before
-- (evaluated: whether the earlier one was, on_time or late for the start of its own; null: not yet).
create table if not exists elsewhere (
    agreement_id varchar, relation varchar, since date, evaluated varchar,
    known_from date, known_to date
)
