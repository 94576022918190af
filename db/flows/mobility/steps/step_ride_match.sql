create or replace function wa.step_ride_match(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_companion constant jsonb := wa.find_ride_companion(p_chat);
  v_id constant text := v_companion ->> 'match_id';
  v_data constant jsonb := jsonb_build_object('match_id', v_id);
  v_result wa.step_result;
begin
  if v_companion is null then
    return wa.go(p_chat, 'list', null, 'gone');
  elsif v_companion ->> 'status' = 'asked' and (v_companion -> 'is_mine_to_answer')::boolean then
    return wa.ask(
      p_chat,
      case v_companion ->> 'role' when 'driver' then 'told_asked_driver' else 'told_asked_passenger' end,
      array['ride.agree.' || v_id || '=agree_button', 'ride.decline.' || v_id || '=decline_button', 'back'],
      v_companion, v_data, 'not_understood'
    );
  elsif v_companion ->> 'status' = 'asked' then
    return wa.ask(
      p_chat, 'about_asked', array['ride.decline.' || v_id || '=withdraw_button', 'back'], v_companion, v_data, 'not_understood'
    );
  end if;

  v_result := wa.ask(
    p_chat,
    'about_agreed',
    array['ride.write.' || v_id || '=write_button', 'ride.decline.' || v_id || '=call_off_button', 'back'],
    v_companion, v_data, 'not_understood'
  );
  if p_chat.is_entered and not p_chat.data ? 'has_seen_place' then
    v_result.replies := jsonb_build_array(
      jsonb_build_object(
        'type', 'location',
        'location', jsonb_build_object(
          'latitude', v_companion -> 'from_latitude',
          'longitude', v_companion -> 'from_longitude',
          'name', v_companion ->> 'from_name'
        )
      )
    ) || v_result.replies;
  end if;
  return v_result;
end
$$;

comment on function wa.step_ride_match is
'Shows whom the user rides with, asked or is asked by, and what can be done about it.';
