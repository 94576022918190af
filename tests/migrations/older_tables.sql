-- What an earlier edge function left: its own tables, columns and names, with rows, and an app beside it.
create table public.profiles (
  user_id uuid primary key default gen_random_uuid(),
  whatsapp_e164 text not null unique,
  display_name varchar(80),
  locale text default 'en',
  metadata jsonb,
  loyalty_points integer not null default 0,
  created_at timestamptz default now()
);
create table public.chat_state (
  user_id uuid primary key references public.profiles (user_id) on delete cascade,
  state text not null,
  data jsonb default '{}',
  updated_at timestamptz default now()
);
create table public.wa_events (
  wa_message_id text primary key,
  received_at timestamptz default now()
);
create table public.notifications (
  id bigserial primary key,
  user_id uuid references public.profiles (user_id),
  recipient text not null,
  payload jsonb not null,
  status text not null default 'queued',
  retry_count integer default 0,
  next_attempt_at timestamptz,
  channel text not null default 'whatsapp'
);
create table public.webhook_logs (
  id bigserial primary key,
  endpoint text,
  payload jsonb,
  received_at timestamptz default now()
);
create table public.orders (
  id bigint generated always as identity primary key,
  user_id uuid not null references public.profiles (user_id),
  total_minor bigint not null
);
create view public.best_customers as
select profile.user_id, profile.loyalty_points, sum(customer_order.total_minor) as spent_minor
from public.profiles as profile join public.orders as customer_order using (user_id)
group by profile.user_id;

insert into public.profiles (whatsapp_e164, display_name, loyalty_points)
values ('+34600111222', 'Ana', 120), ('+34600333444', 'Ben', 3);
insert into public.chat_state (user_id, state) select user_id, 'home' from public.profiles;
insert into public.wa_events (wa_message_id) values ('wamid.old.1'), ('wamid.old.2');
insert into public.notifications (user_id, recipient, payload, status)
select user_id, whatsapp_e164, '{"type": "text", "text": {"body": "Hello"}}', 'sent' from public.profiles;
insert into public.webhook_logs (endpoint, payload) values ('wa-webhook', '{"a": 1}');
insert into public.orders (user_id, total_minor) select user_id, 2500 from public.profiles;
