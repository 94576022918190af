create or replace function wa.hold_for_person(
  p_user_id uuid,
  p_phone_number_id text,
  p_agent text,
  p_note text,
  p_lasts interval default null
)
returns public.chat_state
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_place public.chat_state;
begin
  -- A chat that has not begun begins when it is handed back.
  insert into public.chat_state as chat (
    user_id, phone_number_id, expires_at, handed_over_at, handed_over_until, handed_over_to, handed_over_for,
    waiting_since
  )
  values (
    p_user_id,
    p_phone_number_id,
    now(),
    now(),
    now() + coalesce(p_lasts, make_interval(secs => wa.get_setting('handover_seconds')::double precision)),
    p_agent,
    p_note,
    case when p_agent is null then now() end
  )
  on conflict (user_id, phone_number_id) do update
  set
    handed_over_at = case
      when chat.handed_over_until > excluded.handed_over_at then chat.handed_over_at else excluded.handed_over_at
    end,
    handed_over_until = case
      when p_lasts is null then greatest(chat.handed_over_until, excluded.handed_over_until)
      else excluded.handed_over_until
    end,
    handed_over_to = excluded.handed_over_to,
    handed_over_for = case
      when chat.handed_over_until > excluded.handed_over_at then coalesce(excluded.handed_over_for, chat.handed_over_for)
      else excluded.handed_over_for
    end,
    waiting_since = case
      when chat.handed_over_until > excluded.handed_over_at then coalesce(chat.waiting_since, excluded.waiting_since)
      else excluded.waiting_since
    end
  returning chat.* into v_place;

  perform wa.wake_desk(p_user_id);
  return v_place;
end
$$;

comment on function wa.hold_for_person is
'Gives a conversation to a colleague, or to whoever takes it (p_agent null: the user waits from now on), for p_lasts (null: the setting handover_seconds, or longer if it was given longer before), and returns where it stands. The caller holds the profile''s lock.';
