create or replace function wa.hold_conversation(p_who text, p_phone_number_id text)
returns public.chat_state
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id constant uuid := wa.find_person(p_who);
  v_profile public.profiles;
  v_number text;
  v_place public.chat_state;
begin
  perform wa.hold_conversations(array[v_user_id]);

  select profile.* into v_profile
  from public.profiles as profile
  where profile.user_id = v_user_id;

  if v_profile.merged_into is not null then
    raise exception using
      errcode = '40001',
      message = 'the person''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  elsif v_profile.erased_at is not null then
    raise exception using
      errcode = 'WA043',
      message = 'the person of this profile was erased',
      hint = 'Nobody can be written to any more. Whoever writes again is somebody new: look for them by number.';
  end if;

  v_number := wa.choose_conversation(v_user_id, p_phone_number_id);

  select chat.* into v_place
  from public.chat_state as chat
  where chat.user_id = v_user_id and chat.phone_number_id = v_number and chat.handed_over_until > now();

  if not found then
    v_place.user_id := v_user_id;
    v_place.phone_number_id := v_number;
  end if;
  return v_place;
end
$$;

comment on function wa.hold_conversation is
'Locks the conversation with somebody that is meant, by wa.find_person and wa.choose_conversation, and returns who has it: its row, or, where the bot has it, nothing but user_id and phone_number_id. Raises WA043 for nobody and for a person who was erased, WA045 for a number that is not ours, and 40001 to be called again when the person was merged meanwhile.';
