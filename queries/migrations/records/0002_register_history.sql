-- The register's history: each register that was loaded is kept line by line, and what held on which
-- day is derived from all of them (queries/sql/build_agreement_versions.sql).

-- Grain: one row per register that was loaded: the whole register as it stood on the date.
create table register_load (
    as_of date primary key,
    file varchar not null,
    sha256 varchar not null
);

-- Grain: register × line, as it was read.
create table register_row as select cast(null as date) as as_of, * from agreement limit 0;

insert into register_load
select r.as_of, r.file, coalesce(any_value(a.file), '')
from published.register r left join agreement a on true
group by all;

insert into register_row
select r.as_of, a.* from agreement a cross join published.register r;

-- Grain: agreement × span of days in which the same terms held and the same was known of it.
-- known_from is inclusive, known_to exclusive; loaded is the date of the register that told it; seen
-- are the dates of all registers in which the agreement stood.
drop table agreement;
create table agreement as
select *, cast(null as date) as known_from, cast(null as date) as known_to,
    cast(null as date) as loaded, cast(null as date[]) as seen
from (select * exclude (as_of) from register_row) limit 0;

-- Grain: one row per employee: the name as written in the register, encrypted with the key that lies
-- outside the store. Opened only for hr, and only for agreements of its departments.
create table employee (
    employee varchar primary key,
    sealed varchar not null
);

-- Which date a register's file is of; a wave has at most one file of each kind.
alter table source_file add column as_of date;
update source_file set as_of = (select as_of from published.register) where kind = 'agreements';
