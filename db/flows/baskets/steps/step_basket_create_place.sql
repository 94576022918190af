create or replace function wa.step_basket_create_place(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_place constant double precision[] := wa.read_location(p_chat);
begin
  if not p_chat.is_entered and v_place is not null then
    return wa.go(
      p_chat,
      'create_confirm',
      p_chat.data || jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2])
    );
  end if;

  if wa.is_answer(p_chat, 'no_place', 'words_skip') then
    return wa.go(p_chat, 'create_confirm', p_chat.data - '{latitude,longitude}'::text[]);
  end if;

  return wa.stay(
    wa.build_location_request(
      wa.ask_again(p_chat, wa.say(p_chat, 'create_ask_place'), 'place_not_understood')
    )
  );
end
$$;

comment on function wa.step_basket_create_place is
'Asks where a new public basket is, so that people nearby find it; it may have no place.';
