create table wa.task_error_classes (
  class text not null,
  first_delay_seconds integer not null default 5,
  delay_factor integer not null default 2,
  max_delay_seconds integer not null default 600,
  is_attempt boolean not null default true,
  is_final boolean not null default false,
  description text not null,
  constraint task_error_classes_pkey primary key (class),
  constraint task_error_classes_class_is_snake_case check (class ~ '^[a-z][a-z0-9_]*$'),
  constraint task_error_classes_delays_are_not_negative check (
    first_delay_seconds >= 0 and max_delay_seconds >= 0 and delay_factor >= 1
  )
);

comment on table wa.task_error_classes is
'What each way of failing means for a task: whether it is tried again, and when. A worker names the class; one that is not here counts as unknown.';
comment on column wa.task_error_classes.class is 'What a worker says went wrong: error_class of a result.';
comment on column wa.task_error_classes.first_delay_seconds is 'Before the first repetition.';
comment on column wa.task_error_classes.delay_factor is 'Each further delay is the one before times this.';
comment on column wa.task_error_classes.max_delay_seconds is 'No delay is longer, except by jitter and by what a worker asks for.';
comment on column wa.task_error_classes.is_attempt is
'Whether it uses up one of the task''s attempts. Waiting for a service that is busy does not.';
comment on column wa.task_error_classes.is_final is 'Whether trying again is no use: the task fails at once.';

alter table wa.task_error_classes enable row level security;
create policy task_error_classes_read on wa.task_error_classes for select to wa_runtime using (true);
create policy task_error_classes_operate on wa.task_error_classes
to wa_operator_role using (true) with check (true);
grant select on wa.task_error_classes to wa_runtime;
grant select, insert, update on wa.task_error_classes to wa_operator_role;

create table wa.tasks (
  id bigint generated always as identity,
  user_id uuid not null,
  phone_number_id text,
  kind text not null,
  input jsonb not null,
  state text not null,
  late_state text,
  status text not null default 'queued',
  dedupe_key text,
  max_attempts integer not null,
  attempt_count integer not null default 0,
  wait_count integer not null default 0,
  turn_at timestamptz not null,
  next_attempt_at timestamptz not null,
  deadline_at timestamptz not null,
  locked_by text,
  lock_token uuid,
  locked_until timestamptz,
  lease interval,
  progress jsonb,
  result jsonb,
  error_class text,
  error_message text,
  reached text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  due_at timestamptz generated always as (
    case status when 'queued' then next_attempt_at when 'running' then locked_until end
  ) stored,
  constraint tasks_pkey primary key (id),
  constraint tasks_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint tasks_dedupe_key_key unique (dedupe_key),
  constraint tasks_kind_is_a_name check (kind ~ '^[a-z][a-z0-9_.-]{0,62}$'),
  constraint tasks_status_is_known check (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
  constraint tasks_running_has_a_lease check (
    status <> 'running' or (lock_token is not null and locked_until is not null and lease is not null)
  ),
  constraint tasks_failed_says_why check (status <> 'failed' or error_class is not null),
  constraint tasks_attempts_are_counted check (max_attempts > 0 and attempt_count >= 0 and wait_count >= 0),
  constraint tasks_reached_is_known check (reached in ('answered', 'late', 'broken', 'waiting'))
) with (fillfactor = 70);

comment on table wa.tasks is
'Work outside the database that a conversation asked for, and what came of it. Queued by a step in its own transaction, claimed and settled by workers; the result goes back into the conversation as a message.';
comment on column wa.tasks.id is 'The result is the message task:<id> in wa_events.';
comment on column wa.tasks.phone_number_id is 'The business number whose conversation it is.';
comment on column wa.tasks.kind is 'What is to be done: workers claim by kind.';
comment on column wa.tasks.state is 'Where the chat waits for the result. Empty: nobody does.';
comment on column wa.tasks.late_state is
'Where a result leads that comes when the chat waits no longer. Null: it is only noted as late.';
comment on column wa.tasks.status is
'queued, running, and finally done, failed, or cancelled: the conversation was reset, or a step wants it no longer.';
comment on column wa.tasks.dedupe_key is 'A second task with the same key is not queued.';
comment on column wa.tasks.max_attempts is 'After so many failed attempts it fails for good.';
comment on column wa.tasks.attempt_count is 'Attempts that failed, but for those that only had to wait.';
comment on column wa.tasks.wait_count is 'How often in a row it had to wait for a busy service; lengthens the next wait.';
comment on column wa.tasks.turn_at is
'Its place in line. The tasks of one user stand task_turn_seconds apart, so that nobody''s many go before somebody''s one; it waits for no clock.';
comment on column wa.tasks.next_attempt_at is 'While queued: when it may be claimed.';
comment on column wa.tasks.deadline_at is 'What is not done by then has failed.';
comment on column wa.tasks.locked_by is 'The worker that last claimed it.';
comment on column wa.tasks.lock_token is 'What the worker must show to settle; new with every claim.';
comment on column wa.tasks.locked_until is 'End of the lease while running: then it may be claimed again.';
comment on column wa.tasks.lease is 'By how much a sign of life lengthens the lease.';
comment on column wa.tasks.progress is 'What a worker last said of how far it is; the next attempt is given it.';
comment on column wa.tasks.result is 'What came of it, when done.';
comment on column wa.tasks.error_class is 'A class of wa.task_error_classes: that of the last failed attempt.';
comment on column wa.tasks.error_message is 'The worker''s words about it, which may quote what the user wrote.';
comment on column wa.tasks.reached is
'What became of the result: answered by a step; late, since the chat waited no longer; broken, since the step failed and wa_events keeps it for a replay; or waiting, while a person has the conversation.';
comment on column wa.tasks.due_at is
'When a claim may take it: next_attempt_at while queued, the end of the lease while running, null when finished.';

create index tasks_due_idx on wa.tasks (kind, turn_at, due_at, id) where due_at is not null;
create index tasks_turn_idx on wa.tasks (user_id, kind, turn_at) where due_at is not null;
create index tasks_deadline_idx on wa.tasks (deadline_at) where due_at is not null;
create index tasks_lease_idx on wa.tasks (locked_until) where status = 'running';
create index tasks_user_id_idx on wa.tasks (user_id);
create index tasks_finished_idx on wa.tasks (finished_at) where finished_at is not null;
create index tasks_waiting_idx on wa.tasks (user_id) where reached = 'waiting';

comment on index wa.tasks_due_idx is 'What claim reads: unfinished tasks of a kind in the order of their turns.';
comment on index wa.tasks_turn_idx is 'The last place in line of a user, and what a reset cancels.';
comment on index wa.tasks_deadline_idx is 'What ran out of time.';
comment on index wa.tasks_lease_idx is 'What a worker took and did not bring back.';
comment on index wa.tasks_user_id_idx is 'For the foreign key, a merge, and whoever erases a person.';
comment on index wa.tasks_finished_idx is 'What retention purges, oldest first.';
comment on index wa.tasks_waiting_idx is 'Results for conversations that a person has.';

alter table wa.tasks enable row level security;
create policy tasks_runtime on wa.tasks to wa_runtime using (true) with check (true);
create policy tasks_read on wa.tasks for select to wa_operator_role using (true);
create policy tasks_maintenance on wa.tasks to wa_maintenance using (true);
create policy tasks_privacy on wa.tasks to wa_privacy using (true);
grant select, insert, update on wa.tasks to wa_runtime;
grant select, delete on wa.tasks to wa_maintenance, wa_privacy;
grant select on wa.tasks to wa_operator_role;
