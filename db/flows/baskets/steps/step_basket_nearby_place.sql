create or replace function wa.step_basket_nearby_place(
  p_profile public.profiles,
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
  if not p_message.is_entry and v_place is not null then
    return (
      'basket_nearby_list', jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2]), null
    )::wa.step_result;
  end if;

  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      wa.build_location_request(
        wa.add_notice(
          case when not p_message.is_entry then wa.get_text('basket.place_not_understood', p_profile.locale) end,
          wa.get_text('basket.nearby_ask_place', p_profile.locale)
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_nearby_place is
'Asks where the user is, to find baskets nearby.';
