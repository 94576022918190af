-- Claiming a message changes no index: its turn stays where it is until it is settled or tried again later, so that
-- a claim writes a new version of the row into the same page, where there is room for it, and nothing else.
alter table public.notifications set (fillfactor = 60);

-- squawk-ignore adding-field-with-default
alter table public.notifications add column turn_at timestamptz generated always as (
  case when status in ('queued', 'sending') then next_attempt_at end
) stored;

comment on column public.notifications.turn_at is
'Its place in the line, also while it is being sent: next_attempt_at, null when settled or waiting for the user.';

-- squawk-ignore require-concurrent-index-deletion
drop index public.notifications_due_idx;
-- squawk-ignore require-concurrent-index-deletion
drop index public.notifications_finished_idx;

-- squawk-ignore require-concurrent-index-creation
create index notifications_turn_idx
on public.notifications (coalesce(phone_number_id, ''), priority, turn_at, id)
where turn_at is not null;
-- squawk-ignore require-concurrent-index-creation
create index notifications_finished_idx on public.notifications (created_at) where turn_at is null;

comment on index public.notifications_turn_idx is
'What claim reads: per business number and priority, whose turn it is, oldest first; those being sent are among them until they are settled. No index has a column that a claim changes, so that claims are heap-only.';
comment on index public.notifications_finished_idx is 'What retention purges, oldest first.';
