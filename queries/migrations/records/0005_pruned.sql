-- Of a wave whose records were removed by age the auditor sees what is published, and no more: the
-- numbers of what is hidden there are gone, and their rows stay (ingest/prune.py).
alter table cube alter column "count" drop not null;
alter table cube alter column base drop not null;
alter table group_size alter column answered drop not null;
