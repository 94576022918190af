create table wa.flows (
  flow text not null,
  prefix text,
  declared jsonb not null,
  declared_at timestamptz not null default now(),
  constraint flows_pkey primary key (flow),
  constraint flows_prefix_key unique (prefix),
  constraint flows_flow_is_snake_case check (flow ~ '^[a-z][a-z0-9_]{0,29}$'),
  constraint flows_prefix_is_snake_case check (prefix ~ '^[a-z][a-z0-9_]{0,29}$'),
  constraint flows_only_home_has_no_prefix check ((prefix is null) = (flow = 'home')),
  constraint flows_declared_is_an_object check (jsonb_typeof(declared) = 'object')
);

comment on table wa.flows is
'The flows that were declared, each with the rows it declared: what differs from them today, somebody changed by hand.';
comment on column wa.flows.prefix is
'What the names of its states, steps, texts and taps begin with. Null: home, whose names are everybody''s.';
comment on column wa.flows.declared is
'The rows as wa.declare_flow last wrote them: arrays states, moves, entries, menu and texts, with the columns of their tables.';

alter table wa.flows enable row level security;
create policy flows_read on wa.flows for select to wa_runtime using (true);
grant select on wa.flows to wa_runtime;

do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on table wa.flows from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on table wa.flows from authenticated;
  end if;
end
$$;

-- A state belongs to the flow that declares it, and files to the component of their flow.
update wa.flow_states
set flow = 'baskets'
where
  flow in ('basket', 'basket_join', 'basket_contribute', 'basket_create', 'basket_nearby')
  and state like 'basket\_%';

update wa.flow_states
set flow = 'home'
where
  flow in ('help', 'language', 'subscription')
  and state in ('help', 'language', 'unsubscribe', 'subscribe');

comment on column wa.flow_states.flow is 'The flow that the state belongs to, such as home or baskets.';

-- Two flows may ask for the same place in the menu: the ids of their rows then tell.
-- squawk-ignore ban-drop-constraint
alter table wa.menu_items drop constraint menu_items_position_key;

update wa.applied_files
set component = split_part(path, '/', 2)
where path like 'flows/%';
