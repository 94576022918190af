create or replace function wa.step_market_offer_place(p_chat wa.chat)
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
      'offer_picture',
      p_chat.data || jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2])
    );
  end if;

  return wa.stay(
    wa.build_location_request(wa.ask_again(p_chat, wa.say(p_chat, 'ask_place'), 'place_not_understood'))
  );
end
$$;

comment on function wa.step_market_offer_place is
'Asks where the offered thing is.';
