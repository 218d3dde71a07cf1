-- Waves of which answers wait, or have waited, for what they say and not for how few they are, since
-- the last that was published of them. Whoever knows that tells from the next picture who said it.
create table if not exists waited (wave varchar not null);
