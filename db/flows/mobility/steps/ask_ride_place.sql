create or replace function wa.ask_ride_place(p_chat wa.chat, p_place text, p_question text, p_next text)
returns wa.step_result
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data constant jsonb := p_chat.data - 'unnamed';
  v_shared constant double precision[] := case when not p_chat.is_entered then wa.read_location(p_chat) end;
  v_place jsonb := p_chat.data -> 'unnamed';
  v_name text;
begin
  if v_shared is not null then
    v_place := jsonb_build_object('latitude', v_shared[1], 'longitude', v_shared[2]);
    v_name := wa.clean_line((p_chat.message).content #>> '{location,name}');
  elsif not p_chat.is_entered then
    v_name := wa.clean_line(wa.typed(p_chat));
  end if;

  if v_place is null or p_chat.is_entered then
    return wa.stay(
      wa.build_location_request(wa.ask_again(p_chat, wa.say(p_chat, p_question), 'place_not_understood')), v_data
    );
  elsif wa.measure_distance(
    (v_data #>> '{from,latitude}')::double precision, (v_data #>> '{from,longitude}')::double precision,
    (v_place ->> 'latitude')::double precision, (v_place ->> 'longitude')::double precision
  ) < 0.3 and p_place = 'to' then
    return wa.stay(wa.build_location_request(wa.ask_again(p_chat, wa.say(p_chat, p_question), 'same_place')), v_data);
  elsif v_name is null then
    return wa.ask(p_chat, 'ask_place_name', p_data => v_data || jsonb_build_object('unnamed', v_place));
  end if;

  return wa.go(
    p_chat,
    p_next,
    v_data || jsonb_build_object(p_place, v_place || jsonb_build_object('name', btrim(left(v_name, 60))))
  );
end
$$;

comment on function wa.ask_ride_place is
'Asks for a place, and for its name where the map told none; leads on with both, remembered as p_place: from or to. These are not the same.';
