create or replace function wa.step_ride_write(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_companion constant jsonb := wa.find_ride_companion(p_chat);
  v_data constant jsonb := jsonb_build_object('match_id', v_companion ->> 'match_id');
begin
  if v_companion is null or v_companion ->> 'status' <> 'agreed' then
    return wa.go(p_chat, 'list', null, 'gone');
  elsif wa.typed(p_chat) is not null then
    begin
      perform from public.ride_write(p_chat.user_id, (v_companion ->> 'match_id')::uuid, wa.typed(p_chat));
      return wa.go(p_chat, 'match', v_data || '{"has_seen_place": true}', 'passed_on', v_companion);
    exception
      when sqlstate 'WA116' then
        null;
      when sqlstate 'WA111' then
        return wa.go(p_chat, 'list', null, 'gone');
    end;
  end if;

  return wa.ask(p_chat, 'ask_text', '{back}', v_companion, v_data, 'text_not_usable');
end
$$;

comment on function wa.step_ride_write is
'Asks what to tell whom the user rides with, and passes it on.';
