create table wa.desk_notes (
  id bigint generated always as identity,
  user_id uuid not null,
  author text not null,
  body text not null,
  created_at timestamptz not null default now(),
  constraint desk_notes_pkey primary key (id),
  constraint desk_notes_body_is_not_empty check (btrim(body) <> ''),
  constraint desk_notes_body_is_short check (char_length(body) <= 2000)
);

comment on table wa.desk_notes is 'What colleagues note about somebody for each other. The person never sees it, unless their data are handed out.';
comment on column wa.desk_notes.user_id is
'Of public.profiles, one that was merged too. No foreign key: its check would lock the profile, out of the lock order.';
comment on column wa.desk_notes.author is 'What the colleague is called.';

create index desk_notes_user_id_idx on wa.desk_notes (user_id);

comment on index wa.desk_notes_user_id_idx is 'What is noted about one person.';

alter table wa.desk_notes enable row level security;
create policy desk_notes_runtime on wa.desk_notes to wa_runtime using (true) with check (true);
create policy desk_notes_privacy on wa.desk_notes to wa_privacy using (true);
grant select, insert, delete on wa.desk_notes to wa_runtime;
grant select, delete on wa.desk_notes to wa_privacy;

create table wa.desk_actions (
  id bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  agent text not null,
  role text not null,
  action text not null,
  user_id uuid,
  phone_number_id text,
  notification_id bigint,
  constraint desk_actions_pkey primary key (id),
  constraint desk_actions_action_is_known check (
    action in (
      'signed_in', 'signed_out', 'opened', 'taken', 'taken_over', 'replied', 'handed_back', 'noted', 'note_deleted'
    )
  )
);

comment on table wa.desk_actions is
'What colleagues did, and never what was said. Kept for desk_actions_ttl_days.';
comment on column wa.desk_actions.agent is 'What the colleague is called, by whoever called.';
comment on column wa.desk_actions.role is 'The database role that called.';
comment on column wa.desk_actions.action is
'opened is told once an hour for each colleague and person; taken_over: from another colleague.';
comment on column wa.desk_actions.user_id is
'Whom it was about, of public.profiles, one that was merged too. Null: nobody, or somebody who was erased.';
comment on column wa.desk_actions.phone_number_id is 'The business number of the conversation. Null: not known, or none.';
comment on column wa.desk_actions.notification_id is 'The answer of a colleague, of public.notifications. Null for all else.';

create index desk_actions_at_idx on wa.desk_actions (at);
create index desk_actions_user_id_idx on wa.desk_actions (user_id, at) where user_id is not null;

comment on index wa.desk_actions_at_idx is 'What was done last, and what is too old.';
comment on index wa.desk_actions_user_id_idx is 'What was done about one person.';

alter table wa.desk_actions enable row level security;
create policy desk_actions_runtime on wa.desk_actions to wa_runtime using (true) with check (true);
create policy desk_actions_maintenance on wa.desk_actions to wa_maintenance using (true);
create policy desk_actions_privacy on wa.desk_actions to wa_privacy using (true) with check (true);
grant select, insert on wa.desk_actions to wa_runtime;
grant select, delete on wa.desk_actions to wa_maintenance;
grant select, update (user_id, notification_id) on wa.desk_actions to wa_privacy;
