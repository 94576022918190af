create table wa.server_presence (
  only_row boolean not null default true,
  server_started_at timestamptz not null,
  seen_at timestamptz not null,
  present_since timestamptz not null,
  constraint server_presence_pkey primary key (only_row),
  constraint server_presence_is_one_row check (only_row)
) with (fillfactor = 20);

comment on table wa.server_presence is
'Since when the database takes writes without a break, as its claims see it: one row. Statuses of messages in doubt could come in only since then.';
comment on column wa.server_presence.server_started_at is
'Which server it was at seen_at: another one, or the same after a restart, has another start.';
comment on column wa.server_presence.seen_at is 'When a claim last noted that it could be committed, at most every ten seconds.';
comment on column wa.server_presence.present_since is
'The first claim after a restart, a failover, a restore, or 90 seconds without one.';

alter table wa.server_presence enable row level security;
create policy server_presence_runtime on wa.server_presence to wa_runtime using (true) with check (true);

grant select, insert, update on wa.server_presence to wa_runtime;
