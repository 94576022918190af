create or replace function wa.step_ride_ask(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trip_id constant uuid := (p_chat.data ->> 'trip_id')::uuid;
  v_other_trip_id constant uuid := (p_chat.data ->> 'other_trip_id')::uuid;
  v_back constant jsonb := jsonb_build_object('trip_id', v_trip_id);
  v_role text;
  v_match_id uuid;
begin
  select mine.role into v_role
  from public.ride_list_mine(p_chat.user_id) as mine
  inner join public.ride_find_matches(p_chat.user_id, mine.trip_id, 100) as fit on fit.trip_id = v_other_trip_id
  where mine.trip_id = v_trip_id;

  if not found then
    return wa.go(p_chat, 'trip', v_back, 'gone');
  elsif wa.confirmed(p_chat, v_other_trip_id::text) then
    begin
      select asked.match_id into v_match_id
      from public.ride_ask(p_chat.user_id, v_trip_id, v_other_trip_id) as asked;
    exception
      when sqlstate 'WA110' or sqlstate 'WA111' or sqlstate 'WA112' then
        return wa.go(p_chat, 'trip', v_back, wa.find_ride_refusal(sqlstate));
    end;
    return wa.go(p_chat, 'match', jsonb_build_object('match_id', v_match_id), 'asked');
  elsif not wa.confirmed(p_chat, v_other_trip_id::text) then
    return wa.go(p_chat, 'trip', v_back);
  end if;

  return wa.confirm(
    p_chat,
    case v_role when 'driver' then 'confirm_ask_driver' else 'confirm_ask_passenger' end,
    wa.describe_ride(v_trip_id, v_other_trip_id, p_chat.locale),
    p_again => 'not_understood',
    p_about => v_other_trip_id::text
  );
end
$$;

comment on function wa.step_ride_ask is
'Asks whether to ask somebody whose trip fits, and asks.';
