create table public.chat_state (
  user_id uuid not null,
  state text not null default 'home',
  data jsonb not null default '{}',
  expires_at timestamptz,
  updated_at timestamptz not null default now(),
  constraint chat_state_pkey primary key (user_id),
  constraint chat_state_user_id_fkey foreign key (user_id) references public.profiles (user_id) on delete cascade,
  constraint chat_state_state_fkey foreign key (state) references wa.flow_states (state),
  constraint chat_state_data_is_an_object check (jsonb_typeof(data) = 'object')
) with (fillfactor = 80);

comment on table public.chat_state is
'Where each chat stands. No row means the home state: deleting the row resets the user.';
comment on column public.chat_state.data is 'What the current flow remembers between two messages.';
comment on column public.chat_state.expires_at is 'After this moment the next message finds the user in the home state. Null: never.';

alter table public.chat_state enable row level security;
create policy chat_state_runtime on public.chat_state to wa_runtime using (true) with check (true);
grant select, insert, update, delete on public.chat_state to wa_runtime;

create policy chat_state_operate on public.chat_state to wa_operator_role using (true);
grant select, delete on public.chat_state to wa_operator_role;

do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on table public.chat_state from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on table public.chat_state from authenticated;
  end if;
end
$$;
