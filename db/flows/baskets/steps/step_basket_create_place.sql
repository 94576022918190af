create or replace function wa.step_basket_create_place(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_place double precision[] := wa.read_location(p_message);
begin
  if not p_message.is_entry then
    if v_place is not null then
      return (
        'basket_create_confirm',
        p_data || jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2]),
        null
      )::wa.step_result;
    end if;

    if wa.is_answer(p_message, 'answer:no_place', 'basket.words_skip') then
      return ('basket_create_confirm', p_data - '{latitude,longitude}'::text[], null)::wa.step_result;
    end if;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_location_request(
        wa.add_notice(
          case when not p_message.is_entry then wa.get_text('basket.place_not_understood', p_profile.locale) end,
          wa.get_text('basket.create_ask_place', p_profile.locale)
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_place is
'Asks where a new public basket is, so that people nearby find it; it may have no place.';
