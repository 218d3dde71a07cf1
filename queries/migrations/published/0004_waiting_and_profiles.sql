-- Why the limits are what they are, fixed with them; by how many answers a shown group changes at
-- least when the wave is loaded again; and when its records were removed by age.
alter table wave add column if not exists profile_title varchar;
alter table wave add column if not exists profile_reason varchar;
alter table wave add column if not exists min_change integer default 3;
alter table wave add column if not exists pruned date;

-- Whether what is published of the question is counted before the latest answers, which wait.
alter table question add column if not exists waiting boolean default false;
