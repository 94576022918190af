create or replace function wa.step_ride_list(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_zone constant text := wa.find_time_zone(p_chat.user_id);
  v_rows jsonb;
begin
  select jsonb_agg(
    wa.build_choice(
      'ride.trip.' || trip.trip_id,
      format('%s → %s', trip.from_name, trip.to_name),
      concat_ws(
        ' · ',
        case when trip.waiting > 0 then wa.say(p_chat, 'waiting', jsonb_build_object('count', trip.waiting)) end,
        wa.format_moment(trip.departs_at, p_chat.locale, v_zone),
        case
          when trip.role = 'driver' then wa.say(
            p_chat, 'free_seats', jsonb_build_object('count', trip.seats - trip.seats_taken)
          )
          when trip.seats_taken > 0 then wa.say(p_chat, 'found')
          else wa.say(p_chat, 'searching')
        end
      )
    )
    order by trip.departs_at, trip.trip_id
  )
  into v_rows
  from public.ride_list_mine(p_chat.user_id) as trip;

  if v_rows is null then
    return wa.ask(
      p_chat, 'list_empty', '{ride.offer=offer_button,ride.look=look_button,menu}', p_data => '{}', p_again => 'not_understood'
    );
  end if;

  return wa.offer(
    p_chat,
    'list',
    v_rows || wa.build_choices(p_chat, '{ride.offer=offer_button,ride.look=look_button}'),
    p_data => '{}',
    p_again => 'not_understood',
    p_button_key => 'list_button'
  );
end
$$;

comment on function wa.step_ride_list is
'Lists the user''s rides to come, and lets them offer or look for another.';
