-- Whether the survey was still open when its answers were loaded last: then nothing of them is
-- published, so that no early picture holds later ones back.
alter table wave add column if not exists collecting boolean default false;
