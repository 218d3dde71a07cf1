-- The truth behind what is published. The same as the cube, but for questions whose latest answers
-- wait: with what was published before they would point at the few who came, went or changed.

-- Grain: question × breakdown × group × option. The numbers are true; status is the published one.
create table if not exists published_cube (
    wave varchar not null,
    question varchar not null,
    breakdown varchar not null,
    "group" varchar not null,
    option varchar not null,
    count integer not null,
    base integer not null,
    status varchar not null
);

-- Grain: breakdown × group of the attributes: how many answered at all.
create table if not exists published_size (
    wave varchar not null,
    breakdown varchar not null,
    "group" varchar not null,
    answered integer not null,
    status varchar not null
);

-- Grain: question ('' for having answered at all) × people alike in every attribute × whole answer.
create table if not exists published_atom (
    wave varchar not null,
    question varchar not null,
    department varchar not null,
    position varchar,
    occupation varchar,
    sex varchar,
    age varchar,
    answer varchar[] not null,
    people integer not null
);
