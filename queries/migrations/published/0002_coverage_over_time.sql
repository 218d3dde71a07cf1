-- Coverage is of the register and not of a wave: gated once over every department, or the wholes of
-- two waves with different departments would differ by a hidden one.
drop table coverage;

-- Grain: day × register indicator × breakdown × group ('' for all). current: the register's own day.
-- The denominator of a ratio to people is null: it is a number of the wave's frame.
create table coverage (
    day date not null,
    indicator varchar not null,
    breakdown varchar not null,
    "group" varchar not null,
    numerator integer,
    denominator integer,
    status varchar not null,
    current boolean not null
);

-- Grain: day × rule of a rule set × department (null: the whole municipality): how many agreements
-- in force fail the rule, of all in force.
create table rule_outcome (
    day date not null,
    ruleset varchar not null,
    rule varchar not null,
    department varchar,
    failing integer,
    total integer,
    status varchar not null
);

-- The date of the first register of the history, and which edition of the rule files was counted by.
alter table register add column first_as_of date;
alter table register add column rules varchar;
