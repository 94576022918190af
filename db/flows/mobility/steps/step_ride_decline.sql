create or replace function wa.step_ride_decline(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_companion constant jsonb := wa.find_ride_companion(p_chat);
  v_id constant text := v_companion ->> 'match_id';
  v_data constant jsonb := jsonb_build_object('match_id', v_id);
begin
  if v_companion is null then
    return wa.go(p_chat, 'list', null, 'gone');
  elsif v_companion ->> 'status' = 'asked' or wa.confirmed(p_chat, v_id) then
    perform from public.ride_answer(p_chat.user_id, v_id::uuid, false);
    return wa.go(p_chat, 'list', null, 'ended');
  elsif not wa.confirmed(p_chat, v_id) then
    return wa.go(p_chat, 'match', v_data);
  end if;

  return wa.confirm(p_chat, 'confirm_call_off', v_companion, v_data, 'not_understood', v_id);
end
$$;

comment on function wa.step_ride_decline is
'Declines or takes back what was asked; asks first where it was agreed.';
