-- What only the auditor (and, for agreements of its departments, hr) may open.
-- Never stored: the time an answer was given, e-mail, name, the order of the rows.

-- Grain: one row per file that was read into this snapshot.
create table source_file (
    sha256 varchar not null,
    name varchar not null,
    kind varchar not null,
    wave varchar,
    accepted integer not null,
    loaded_at varchar not null,
    fingerprint varchar not null
);

-- Grain: one row per line of a frame file (a department, or a combination within it).
create table frame_cell (
    wave varchar not null,
    department varchar not null,
    position varchar,
    occupation varchar,
    sex varchar,
    age varchar,
    employees integer,
    eligible integer,
    invited integer not null,
    file varchar not null,
    line integer not null
);

-- Grain: one row per person who answered; the id is random and means nothing outside this store.
create table respondent (
    wave varchar not null,
    respondent varchar not null,
    department varchar not null,
    position varchar,
    occupation varchar,
    sex varchar,
    age varchar,
    primary key (wave, respondent)
);

-- Grain: one row per chosen option (several for a multiple-choice question).
create table answer (
    wave varchar not null,
    respondent varchar not null,
    question varchar not null,
    option varchar not null
);

-- Grain: one row per free-text answer. Never counted, never published.
create table text_answer (
    wave varchar not null,
    respondent varchar not null,
    question varchar not null,
    answer varchar not null
);

-- Grain: one row per respondent. Apart from the answers, so that nothing but a deliberate join
-- brings the order of the file back.
create table provenance (
    wave varchar not null,
    respondent varchar not null,
    file varchar not null,
    line integer not null
);

-- Grain: one row per line of the register (an agreement, or an event of one).
create table agreement (
    agreement_id varchar not null,
    employee varchar,
    manager varchar,
    department varchar not null,
    position varchar,
    occupation varchar,
    kind varchar,
    form varchar,
    applied date,
    decision varchar,
    reason varchar,
    "start" date not null,
    "end" date,
    extended_from varchar,
    notice_days integer,
    days_per_week double,
    remote_share double,
    places integer,
    risk_assessed date,
    risk_level varchar,
    measure_due date,
    measure_done date,
    followed_up date,
    evaluated date,
    it_briefing date,
    vpn boolean,
    encryption boolean,
    siths_card boolean,
    restricted_access boolean,
    confidentiality varchar,
    home_insurance boolean,
    landlord_consent boolean,
    equipment_receipted boolean,
    ended date,
    end_reason varchar,
    event_date date,
    file varchar not null,
    line integer not null
);

-- Grain: question × breakdown × group × option, every group, nothing hidden.
-- ordinal keeps the order of question, breakdown, group and option.
create table cube (
    wave varchar not null,
    ordinal integer not null,
    question varchar not null,
    breakdown varchar not null,
    "group" varchar not null,
    option varchar not null,
    count integer not null,
    base integer not null,
    status varchar not null
);

-- Grain: breakdown × group: how many answered at all. The base of an attribute's distribution.
create table group_size (
    wave varchar not null,
    ordinal integer not null,
    breakdown varchar not null,
    "group" varchar not null,
    answered integer not null,
    status varchar not null
);

-- Grain: one figure that the source printed, beside what our records give.
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
