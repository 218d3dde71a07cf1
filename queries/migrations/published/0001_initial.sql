-- All that a role without microdata may ever see. Such a role opens this file and no other.

-- Grain: one row per wave. The privacy profile is copied here when the wave is loaded, so that a
-- later edit of the profile file cannot open what was promised closed.
create table wave (
    wave varchar primary key,
    label varchar not null,
    kind varchar not null,
    questionnaire varchar,
    profile varchar not null,
    min_base integer not null,
    unanimous_below integer not null,
    min_groups integer not null
);

-- Grain: wave × department, in the order of the frame. Invited and answered are not answers and
-- are always visible.
create table department (
    wave varchar not null,
    ordinal integer not null,
    code varchar not null,
    name varchar not null,
    board varchar,
    employees integer,
    employees_approximate boolean not null,
    eligible integer,
    eligible_approximate boolean not null,
    invited integer not null,
    answered integer not null,
    primary key (wave, code)
);

-- Grain: wave × question: whether the wave's file had a column for it.
create table question (
    wave varchar not null,
    ordinal integer not null,
    question varchar not null,
    asked boolean not null
);

create table cube (
    wave varchar not null,
    ordinal integer not null,
    question varchar not null,
    breakdown varchar not null,
    "group" varchar not null,
    option varchar not null,
    count integer,
    base integer,
    status varchar not null
);

create table group_size (
    wave varchar not null,
    ordinal integer not null,
    breakdown varchar not null,
    "group" varchar not null,
    answered integer,
    status varchar not null
);

-- Grain: the register as it was read. No row: no register yet.
create table register (
    as_of date not null,
    file varchar not null,
    agreements integer not null
);

-- Grain: wave × as-of date × register indicator × department (null: the whole municipality).
create table coverage (
    wave varchar not null,
    as_of date not null,
    indicator varchar not null,
    department varchar,
    numerator integer,
    denominator integer,
    status varchar not null
);

create table published_figure (
    wave varchar not null,
    ordinal integer not null,
    id varchar not null,
    question varchar not null,
    options varchar not null,
    department varchar,
    text varchar not null,
    share double,
    rounding varchar not null,
    count integer,
    base integer,
    note varchar,
    source varchar not null,
    status varchar not null
);
