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
  v_page constant text := substring((p_chat.message).reply_id from '^answer:page:([0-9]+)$');
  -- Farther away nobody calls it nearby.
  c_most_km constant integer := 100;
  v_rows jsonb;
  v_body text;
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

  v_body := wa.say(p_chat, case when v_rows is null then 'nearby_none' else 'nearby' end);

  if v_page is null and v_shared is null then
    v_body := wa.ask_again(p_chat, v_body, 'not_understood');
  end if;

  return wa.stay(
    case
      when v_rows is null then wa.build_buttons(
        v_body,
        wa.build_choices(p_chat, '{menu.basket_create=menu.basket_create_title,back=other_place,menu}')
      )
      else wa.build_list(
        v_body,
        wa.say(p_chat, 'open_list'),
        v_rows,
        wa.read_page(jsonb_build_object('target', v_page)),
        wa.say(p_chat, 'menu.more'),
        'answer:page:'
      )
    end,
    jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2])
  );
end
$$;

comment on function wa.step_basket_nearby_list is
'Lists public baskets nearby, by their distance from the user''s place, or from another place that is shared meanwhile.';
