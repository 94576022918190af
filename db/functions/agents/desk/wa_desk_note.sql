create or replace function public.wa_desk_note(who text, body text, agent text default null)
returns bigint
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
  v_agent text := wa.name_agent(wa_desk_note.agent);
  v_place public.chat_state;
  v_id bigint;
begin
  if char_length(btrim(coalesce(wa_desk_note.body, ''))) not between 1 and 2000 then
    raise exception using
      errcode = 'WA075',
      message = 'a note has 1 to 2,000 characters',
      detail = format('It has %s.', char_length(btrim(coalesce(wa_desk_note.body, '')))),
      hint = 'Write something, or write it as several notes.';
  end if;

  -- With the lock that erasing takes: nothing is noted about somebody who is just being erased.
  v_place := wa.hold_conversation(who, null);

  insert into wa.desk_notes as noted (user_id, author, body)
  values (v_place.user_id, v_agent, btrim(wa_desk_note.body))
  returning noted.id into v_id;

  perform wa.record_action(v_agent, 'noted', v_place.user_id);
  perform wa.wake_desk(v_place.user_id);
  return v_id;
end
$$;

alter function public.wa_desk_note owner to wa_runtime;

comment on function public.wa_desk_note is
'Notes something about a person for other colleagues, 1 to 2,000 characters, and returns its id. It is erased and handed out with all else about the person. who and agent are as in wa_handover. Raises WA075 for a body that is empty or too long, WA043 when there is nobody, and 40001 to be called again when the person was merged meanwhile.';

grant execute on function public.wa_desk_note to wa_agent_role, wa_operator_role;
