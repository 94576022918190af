create or replace function wa.step_basket_nearby_list(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_shared constant double precision[] := wa.read_location(p_chat);
  v_place constant double precision[] := coalesce(
    v_shared,
    array[(p_chat.data ->> 'latitude')::double precision, (p_chat.data ->> 'longitude')::double precision]
  );
  v_data constant jsonb := jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2]);
  v_again constant text := case when v_shared is null then 'not_understood' end;
  -- Farther away nobody calls it nearby.
  c_most_km constant integer := 100;
  v_rows jsonb;
begin
  select jsonb_agg(
    wa.build_choice(
      'basket.detail.' || basket.id,
      basket.name,
      concat_ws(
        ' · ',
        wa.format_distance(basket.distance_km, p_chat.locale),
        wa.describe_member_count(basket.member_count, p_chat.locale)
      )
    )
    order by basket.distance_km, basket.id
  )
  into v_rows
  from public.basket_discover_nearby(p_chat.user_id, v_place[1], v_place[2], 45) as basket
  where basket.distance_km <= c_most_km;

  if v_rows is null then
    return wa.ask(
      p_chat,
      'nearby_none',
      '{menu.basket_create=menu.basket_create_title,back=other_place,menu}',
      p_data => v_data,
      p_again => v_again
    );
  end if;

  return wa.offer(
    p_chat, 'nearby', v_rows, p_data => v_data, p_again => v_again, p_button_key => 'open_list'
  );
end
$$;

comment on function wa.step_basket_nearby_list is
'Lists public baskets nearby, by their distance from the user''s place, or from another place that is shared meanwhile.';
