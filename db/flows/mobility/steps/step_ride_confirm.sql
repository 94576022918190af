create or replace function wa.step_ride_confirm(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data constant jsonb := p_chat.data;
  v_at constant timestamptz := (v_data ->> 'departs_at')::timestamptz;
  v_trip_id uuid;
begin
  if wa.is_answer(p_chat, 'publish', 'answer.words_yes') then
    begin
      select published.trip_id into v_trip_id
      from public.ride_publish(
        p_chat.user_id,
        v_data ->> 'role',
        v_data #>> '{from,name}',
        (v_data #>> '{from,latitude}')::double precision,
        (v_data #>> '{from,longitude}')::double precision,
        v_data #>> '{to,name}',
        (v_data #>> '{to,latitude}')::double precision,
        (v_data #>> '{to,longitude}')::double precision,
        v_at,
        (v_data ->> 'seats')::integer
      ) as published;
      return wa.go(p_chat, 'trip', jsonb_build_object('trip_id', v_trip_id), 'published');
    exception
      when sqlstate 'WA113' then
        -- All but the time was checked when it was said, and the time may have come meanwhile.
        return wa.go(p_chat, 'when', v_data, 'time_is_over');
      when sqlstate 'WA115' then
        return wa.finish(p_chat, 'refused_too_many');
    end;
  end if;

  return wa.ask(
    p_chat,
    case v_data ->> 'role' when 'driver' then 'confirm_driver' else 'confirm_passenger' end,
    '{publish=publish_button,back,cancel}',
    jsonb_build_object(
      'time', wa.format_moment(v_at, p_chat.locale, wa.find_time_zone(p_chat.user_id)),
      'from', v_data #>> '{from,name}',
      'to', v_data #>> '{to,name}',
      'people', wa.say(p_chat, 'people', jsonb_build_object('count', v_data -> 'seats'))
    ),
    p_again => 'not_understood'
  );
end
$$;

comment on function wa.step_ride_confirm is
'Shows the trip as it was understood, and publishes it when the user agrees.';
