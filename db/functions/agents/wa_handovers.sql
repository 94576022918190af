create or replace function public.wa_handovers()
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
  window_closes_at timestamptz
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
as $$
begin
  return query
  select
    chat.user_id,
    nullif(chat.phone_number_id, ''),
    coalesce(profile.whatsapp_e164, profile.wa_user_id),
    profile.display_name,
    chat.handed_over_to,
    chat.handed_over_for,
    chat.handed_over_at,
    chat.handed_over_until,
    chat.waiting_since,
    service.last_inbound_at + interval '24 hours'
  from public.chat_state as chat
  inner join public.profiles as profile on profile.user_id = chat.user_id
  left join wa.service_windows as service
    on service.user_id = chat.user_id and service.phone_number_id = chat.phone_number_id
  where chat.handed_over_until > now()
  order by chat.waiting_since nulls last, chat.handed_over_at, chat.user_id;
end
$$;

alter function public.wa_handovers owner to wa_runtime;

comment on function public.wa_handovers is
'The conversations that people have, or that wait for one (agent is null), first those whose users have waited longest for an answer: whose, with which number, how to reach them, who has it, why, since when and until when, and when Meta takes nothing but templates any more.';

grant execute on function public.wa_handovers to wa_agent_role, wa_operator_role;
