create or replace function wa.step_ride_cancel(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trip constant jsonb := wa.find_ride_trip(p_chat);
  v_id constant text := v_trip ->> 'trip_id';
  v_data constant jsonb := jsonb_build_object('trip_id', v_id);
begin
  if v_trip is null then
    return wa.go(p_chat, 'list', null, 'gone');
  elsif wa.confirmed(p_chat, v_id) then
    perform from public.ride_cancel(p_chat.user_id, v_id::uuid);
    return wa.go(p_chat, 'list', null, 'trip_cancelled');
  elsif not wa.confirmed(p_chat, v_id) then
    return wa.go(p_chat, 'trip', v_data);
  end if;

  return wa.confirm(p_chat, 'confirm_cancel', v_trip, v_data, 'not_understood', v_id);
end
$$;

comment on function wa.step_ride_cancel is
'Asks whether to call off a whole trip, and does.';
