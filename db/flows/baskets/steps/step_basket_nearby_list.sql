create or replace function wa.step_basket_nearby_list(
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
  v_locale text := p_profile.locale;
  v_place double precision[] := coalesce(
    wa.read_location(p_message),
    array[(p_data ->> 'latitude')::double precision, (p_data ->> 'longitude')::double precision]
  );
  v_page text := substring(p_message.reply_id from '^answer:page:([0-9]+)$');
  -- Farther away nobody calls it nearby.
  c_most_km constant integer := 100;
  v_rows jsonb;
  v_notice text;
begin
  if not p_message.is_entry and v_page is null and wa.read_location(p_message) is null then
    v_notice := wa.get_text('basket.not_understood', v_locale);
  end if;

  select jsonb_agg(
    wa.build_choice(
      'basket.detail.' || basket.id,
      basket.name,
      concat_ws(
        ' · ', wa.format_distance(basket.distance_km, v_locale), wa.count_basket_members(basket.member_count, v_locale)
      )
    )
    order by basket.distance_km, basket.id
  )
  into v_rows
  from public.basket_discover_nearby(p_profile.user_id, v_place[1], v_place[2], 45) as basket
  where basket.distance_km <= c_most_km;

  return (
    null,
    jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2]),
    jsonb_build_array(
      case
        when v_rows is null then wa.build_buttons(
          wa.add_notice(v_notice, wa.get_text('basket.nearby_none', v_locale)),
          jsonb_build_array(
            wa.build_choice('menu.basket_create', wa.get_text('menu.basket_create_title', v_locale)),
            wa.build_choice('back', wa.get_text('basket.other_place', v_locale)),
            wa.build_choice('menu', wa.get_text('home.open_menu', v_locale))
          )
        )
        else wa.build_list(
          wa.add_notice(v_notice, wa.get_text('basket.nearby', v_locale)),
          wa.get_text('basket.open_list', v_locale),
          v_rows,
          wa.read_page(jsonb_build_object('target', v_page)),
          wa.get_text('menu.more', v_locale),
          'answer:page:'
        )
      end
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_nearby_list is
'Lists public baskets nearby, by their distance from the user''s place, or from another place that is shared meanwhile.';
