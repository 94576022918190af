create or replace function wa.tell_of_ride(
  p_trip_id uuid,
  p_other_trip_id uuid,
  p_kind text,
  p_send_at timestamptz default now(),
  p_note text default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_template constant text := nullif(wa.get_setting('ride_template') #>> '{}', '');
  v_to record;
  v_message jsonb;
begin
  select
    coalesce(profile.whatsapp_e164, profile.wa_user_id) as recipient,
    profile.locale,
    mine.role,
    match.match_id,
    case mine.role when 'driver' then mine.departs_at else other.departs_at end as departs_at
  into v_to
  from wa.ride_trips as mine
  inner join public.profiles as profile on profile.user_id = mine.user_id
  inner join wa.ride_trips as other on other.trip_id = p_other_trip_id
  left join wa.ride_matches as match
    on (match.driver_trip_id, match.passenger_trip_id) in (
      (p_trip_id, p_other_trip_id), (p_other_trip_id, p_trip_id)
    )
  where mine.trip_id = p_trip_id;

  -- Whoever was erased meanwhile is not written to.
  if not found then
    return;
  end if;

  v_message := wa.build_buttons(
    wa.get_text(
      case p_kind
        when 'fits' then case v_to.role when 'driver' then 'ride.told_fits_driver' else 'ride.told_fits_passenger' end
        when 'asked' then case v_to.role when 'driver' then 'ride.told_asked_driver' else 'ride.told_asked_passenger' end
        when 'agreed' then 'ride.told_agreed'
        when 'declined' then 'ride.told_declined'
        when 'cancelled' then 'ride.told_cancelled'
        when 'gone' then 'ride.told_gone'
        when 'written' then 'ride.told_written'
        when 'reminder' then 'ride.told_reminder'
      end,
      v_to.locale,
      wa.describe_ride(p_trip_id, p_other_trip_id, v_to.locale) || jsonb_build_object('note', p_note)
    ),
    (
      select jsonb_agg(
        wa.build_choice(
          case when button.is_about_match then button.id || v_to.match_id else button.id || p_trip_id end,
          wa.get_text(button.title_key, v_to.locale)
        )
        order by button.position
      )
      from (
        values
        (1, 'ride.agree.', true, 'ride.agree_button', '{asked}'::text[]),
        (2, 'ride.decline.', true, 'ride.decline_button', '{asked}'),
        (3, 'ride.write.', true, 'ride.write_button', '{written}'),
        (4, 'ride.match.', true, 'ride.details_button', '{agreed,reminder}'),
        (5, 'ride.trip.', false, 'ride.show_button', '{fits,declined,cancelled,gone}')
      ) as button (position, id, is_about_match, title_key, kinds)
      where p_kind = any(button.kinds)
    )
  );

  perform public.wa_notify(
    v_to.recipient,
    v_message || jsonb_build_object(
      'delivery', jsonb_strip_nulls(
        jsonb_build_object(
          'expires_at', v_to.departs_at + case when p_kind in ('fits', 'asked', 'reminder') then '0' else wa.ride_duration() end,
          'outside_window', case when v_template is null then 'wait' else 'template' end,
          'template', case
            when v_template is not null then jsonb_build_object(
              'type', 'template',
              'template', jsonb_build_object('name', v_template, 'language', jsonb_build_object('code', v_to.locale))
            )
          end
        )
      )
    ),
    p_send_at,
    case
      when p_kind = 'fits' then format('ride:%s:fits:%s', p_other_trip_id, p_trip_id)
      when p_kind <> 'written' then format('ride:%s:%s:%s', v_to.match_id, p_kind, v_to.role)
    end
  );
end
$$;

comment on function wa.tell_of_ride is
'Queues a message to the owner of the first trip about the second, in the owner''s language and time zone: that it fits, that its owner asked, agreed, declined, cancelled, is gone or wrote p_note, or the reminder at p_send_at. It makes sense until the departure, or as long as the ride lasts. Each but what is written is queued once: ride:<match>:<kind>:<role>.';
