create or replace function public.wa_desk_open(who text, agent text default null, phone_number_id text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
#variable_conflict use_column
declare
  v_agent text := wa.name_agent(wa_desk_open.agent);
  v_sees_numbers boolean := wa.sees_numbers();
  v_user_id uuid := wa.find_person(who);
  v_user_ids uuid[] := wa.list_profiles_of_person(v_user_id);
  v_number text := wa.choose_conversation(v_user_id, wa_desk_open.phone_number_id);
  v_opened jsonb;
begin
  if not exists (
    select from wa.desk_actions as done
    where done.user_id = v_user_id
      and done.at > now() - interval '1 hour'
      and (done.agent, done.action) = (v_agent, 'opened')
  ) then
    perform wa.record_action(v_agent, 'opened', v_user_id, v_number);
  end if;

  select
    jsonb_build_object(
      'user_id', profile.user_id,
      'phone_number_id', nullif(v_number, ''),
      'recipient', case when v_sees_numbers then reached.name else wa.mask_recipient(reached.name) end,
      'display_name', profile.display_name,
      'locale', profile.locale,
      'opted_out_at', profile.opted_out_at,
      'erased_at', profile.erased_at,
      'window_closes_at', (
        select service.last_inbound_at + interval '24 hours'
        from wa.service_windows as service
        where service.user_id = v_user_id and service.phone_number_id = v_number
      ),
      'handover', (
        select jsonb_build_object(
          'agent', chat.handed_over_to,
          'note', case when v_sees_numbers then chat.handed_over_for else wa.mask_numbers(chat.handed_over_for) end,
          'since', chat.handed_over_at,
          'until', chat.handed_over_until,
          'waiting_since', chat.waiting_since
        )
        from public.chat_state as chat
        where chat.user_id = v_user_id and chat.phone_number_id = v_number and chat.handed_over_until > now()
      ),
      'notes', (
        select coalesce(
          jsonb_agg(
            jsonb_build_object(
              'id', noted.id,
              'at', noted.created_at,
              'author', noted.author,
              'body', case when v_sees_numbers then noted.body else wa.mask_numbers(noted.body) end
            )
            order by noted.id desc
          ),
          '[]'
        )
        from (
          select one.*
          from wa.desk_notes as one
          where one.user_id = any(v_user_ids)
          order by one.id desc
          limit 200
        ) as noted
      )
    ) into v_opened
  from public.profiles as profile
  cross join lateral (select coalesce(profile.whatsapp_e164, profile.wa_user_id) as name) as reached
  where profile.user_id = v_user_id;

  return v_opened;
end
$$;

alter function public.wa_desk_open owner to wa_runtime;

comment on function public.wa_desk_open is
'What is known of one conversation before its messages (wa_conversation), for a colleague who opens it, which is recorded once an hour: user_id, phone_number_id, recipient, display_name, locale, opted_out_at, erased_at, window_closes_at, handover (agent, note, since, until, waiting_since; null: the bot has it) and the latest 200 notes (id, at, author, body). who, agent and phone_number_id are as in wa_handover. Whoever may not see numbers gets them masked. Raises WA043 when there is nobody, WA045 for a number that is not ours.';

grant execute on function public.wa_desk_open to wa_reader_role, wa_agent_role, wa_operator_role;
