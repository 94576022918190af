create or replace function wa.step_ride_trip(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trip constant jsonb := wa.find_ride_trip(p_chat);
  v_trip_id constant uuid := (v_trip ->> 'trip_id')::uuid;
  v_zone constant text := wa.find_time_zone(p_chat.user_id);
  v_data constant jsonb := jsonb_build_object('trip_id', v_trip_id);
  v_rows jsonb;
  v_chosen text;
begin
  if v_trip is null then
    return wa.go(p_chat, 'list', null, 'gone');
  end if;

  v_rows := (
    with companion as (
      select
        'ride.match.' || listed.match_id as id,
        listed.display_name,
        concat_ws(
          ' · ',
          case
            when listed.status = 'agreed' then wa.say(p_chat, 'agreed')
            when listed.is_mine_to_answer then wa.say(p_chat, 'asks_you')
            else wa.say(p_chat, 'is_asked')
          end,
          wa.format_time(listed.departs_at, p_chat.locale, v_zone),
          wa.say(p_chat, 'people', jsonb_build_object('count', listed.seats))
        ) as description,
        row_number() over (order by listed.status, not listed.is_mine_to_answer, listed.match_id) as position
      from public.ride_list_companions(p_chat.user_id, v_trip_id) as listed
      union all
      select
        'ask:' || fit.trip_id,
        fit.display_name,
        concat_ws(
          ' · ',
          wa.format_time(fit.departs_at, p_chat.locale, v_zone),
          wa.say(
            p_chat,
            'away',
            jsonb_build_object(
              'from_distance', wa.format_distance(fit.from_km, p_chat.locale),
              'to_distance', wa.format_distance(fit.to_km, p_chat.locale)
            )
          ),
          case v_trip ->> 'role'
            when 'driver' then wa.say(p_chat, 'people', jsonb_build_object('count', fit.seats))
            else wa.say(p_chat, 'free_seats', jsonb_build_object('count', fit.seats))
          end
        ),
        1000 + fit.position
      from public.ride_find_matches(p_chat.user_id, v_trip_id) with ordinality as fit (
        trip_id, display_name, departs_at, seats, from_name, to_name, from_km, to_km, position
      )
    )

    select jsonb_agg(
      wa.build_choice(companion.id, coalesce(companion.display_name, wa.say(p_chat, 'somebody')), companion.description)
      order by companion.position
    )
    from companion
  );
  v_chosen := wa.chosen(p_chat, v_rows);

  if v_chosen like 'ask:%' then
    return wa.go(p_chat, 'ask', v_data || jsonb_build_object('other_trip_id', substr(v_chosen, 5)));
  elsif v_chosen is not null then
    return wa.go(p_chat, 'match', jsonb_build_object('match_id', substr(v_chosen, 12)));
  end if;

  return wa.offer(
    p_chat,
    case
      when v_trip ->> 'role' = 'driver' then 'about_driver'
      when (v_trip ->> 'seats_taken')::integer > 0 then 'about_found'
      else 'about_passenger'
    end,
    coalesce(v_rows, '[]') || wa.build_choices(
      p_chat, array['ride.cancel.' || v_trip_id || '=cancel_trip_button', 'back']
    ),
    v_trip || jsonb_build_object(
      'hint', case
        when v_rows is not null then wa.say(p_chat, 'choose_companion')
        when (v_trip ->> 'departs_at')::timestamptz <= now() then wa.say(p_chat, 'under_way')
        else wa.say(p_chat, 'nobody_yet')
      end
    ),
    v_data,
    'not_understood',
    'list_button'
  );
end
$$;

comment on function wa.step_ride_trip is
'Shows one of the user''s trips: who rides along, who asks, and who else fits.';
