create or replace function wa.step_market_find(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_place constant double precision[] := wa.read_location(p_chat);
  v_words constant text := nullif(wa.fold_text(wa.typed(p_chat)), '');
begin
  if not p_chat.is_entered and v_place is not null then
    return wa.go(p_chat, 'results', jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2]));
  elsif v_words is not null then
    return wa.go(p_chat, 'results', jsonb_build_object('words', v_words));
  end if;

  return wa.stay(
    wa.build_location_request(wa.ask_again(p_chat, wa.say(p_chat, 'ask_search'), 'search_not_understood')), '{}'
  );
end
$$;

comment on function wa.step_market_find is
'Asks what the user is looking for: a word, or what is near a place.';
