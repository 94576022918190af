create or replace function public.wa_desk_conversations(search text default null, max_conversations integer default 100)
returns table (
  user_id uuid,
  phone_number_id text,
  recipient text,
  display_name text,
  agent text,
  note text,
  since timestamptz,
  until timestamptz,
  waiting_since timestamptz,
  window_closes_at timestamptz,
  last_at timestamptz,
  last_author text,
  last_text text,
  last_status text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_sees_numbers boolean := wa.sees_numbers();
  v_most integer := least(coalesce(max_conversations, 100), 500);
  v_found uuid[];
begin
  if btrim(wa_desk_conversations.search) <> '' then
    v_found := wa.search_people(wa_desk_conversations.search, v_most);
  end if;

  return query
  with held as (
    select
      chat.user_id, chat.phone_number_id, chat.handed_over_to, chat.handed_over_for, chat.handed_over_at,
      chat.handed_over_until, chat.waiting_since
    from public.chat_state as chat
    where chat.handed_over_until > now()
      and (v_found is null or chat.user_id = any(v_found))
    order by chat.waiting_since nulls last, chat.handed_over_at, chat.user_id
    limit v_most
  ),

  conversation as (
    select held.*, 0 as rank
    from held
    union all
    -- Found, and the bot's: with the number that the person last wrote to.
    select person.user_id, coalesce(service.phone_number_id, ''), null, null, null, null, null, 1
    from unnest(v_found) as person (user_id)
    left join lateral (
      select window_of.phone_number_id
      from wa.service_windows as window_of
      where window_of.user_id = person.user_id
      order by window_of.last_inbound_at desc, window_of.phone_number_id
      limit 1
    ) as service on true
    where person.user_id not in (select held.user_id from held)
  )

  select
    conversation.user_id,
    nullif(conversation.phone_number_id, ''),
    case when v_sees_numbers then reached.name else wa.mask_recipient(reached.name) end,
    profile.display_name,
    conversation.handed_over_to,
    case when v_sees_numbers then conversation.handed_over_for else wa.mask_numbers(conversation.handed_over_for) end,
    conversation.handed_over_at,
    conversation.handed_over_until,
    conversation.waiting_since,
    service.last_inbound_at + interval '24 hours',
    last.at,
    last.author,
    left(last.body, 200),
    last.status
  from conversation
  inner join public.profiles as profile on profile.user_id = conversation.user_id
  cross join lateral (select coalesce(profile.whatsapp_e164, profile.wa_user_id) as name) as reached
  left join wa.service_windows as service
    on service.user_id = conversation.user_id and service.phone_number_id = conversation.phone_number_id
  left join lateral public.wa_conversation(
    conversation.user_id::text, 1, phone_number_id => nullif(conversation.phone_number_id, '')
  ) as last on true
  order by conversation.rank, conversation.waiting_since nulls last, conversation.handed_over_at, last.at desc nulls last,
    conversation.user_id
  limit v_most;
end
$$;

alter function public.wa_desk_conversations owner to wa_runtime;

comment on function public.wa_desk_conversations is
'What the desk lists: without search the conversations that wait for a person (agent is null) or that somebody has, first those that have waited longest; with search those with people who go by that number, BSUID or user_id, or in whose names words begin so, whatever their case and accents, the bot''s as well (since is null). Each with its last message, 200 characters of it. At most max_conversations, 500 at most. Whoever may not see numbers gets them masked.';

grant execute on function public.wa_desk_conversations to wa_reader_role, wa_agent_role, wa_operator_role;
