-- What has been published of a wave's questions before what is published now. Whoever kept it has it
-- still, so later answers wait until they are safe beside each of these too.

-- Grain: question ('' for having answered at all) × publication, from 0 × people alike in every
-- attribute × whole answer.
create table if not exists earlier_atom (
    wave varchar not null,
    question varchar not null,
    publication integer not null,
    department varchar not null,
    position varchar,
    occupation varchar,
    sex varchar,
    age varchar,
    answer varchar[] not null,
    people integer not null
);

-- Grain: question × publication × group of which numbers were told.
create table if not exists earlier_group (
    wave varchar not null,
    question varchar not null,
    publication integer not null,
    breakdown varchar not null,
    "group" varchar not null
);
