create or replace function wa.step_ride_agree(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data constant jsonb := jsonb_build_object('match_id', p_chat.data ->> 'target');
begin
  perform from public.ride_answer(p_chat.user_id, wa.read_uuid(p_chat.data ->> 'target'), true);
  return wa.go(p_chat, 'match', v_data, 'agreed_now');
exception
  when sqlstate 'WA110' or sqlstate 'WA111' then
    return wa.go(p_chat, 'list', null, wa.find_ride_refusal(sqlstate));
  when sqlstate 'WA112' or sqlstate 'WA114' then
    return wa.go(p_chat, 'match', v_data, wa.find_ride_refusal(sqlstate));
end
$$;

comment on function wa.step_ride_agree is
'Agrees to what somebody asked; leads on at once.';
