create or replace function wa.heed_silences(p_messages wa.message[], out messages wa.message[], out events jsonb)
returns record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reason text;
begin
  messages := p_messages;
  events := '[]'::jsonb;

  for v_position in 1..cardinality(messages) loop
    continue when messages[v_position].status <> 'processed';

    select silence.reason into v_reason
    from public.profiles as profile
    inner join wa.silences as silence
      on silence.user_id = coalesce(profile.merged_into, profile.user_id)
      and silence.phone_number_id = coalesce(messages[v_position].phone_number_id, '')
    where profile.user_id = messages[v_position].user_id
      and silence.until > now();

    if found then
      messages[v_position].status := 'unanswered';
      events := events || jsonb_build_object(
        'event', 'MESSAGE_UNANSWERED',
        'level', 'info',
        'wa_message_id', messages[v_position].wa_message_id,
        'user_id', messages[v_position].user_id,
        'reason', v_reason
      );
    end if;
  end loop;
end
$$;

comment on function wa.heed_silences is
'Of messages marks those as unanswered whose senders the bot is silent towards, and returns the events to log.';
