create or replace function wa.step_market_offer_title(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_title constant text := wa.clean_line(wa.typed(p_chat));
begin
  if char_length(v_title) <= 60 then
    return wa.go(p_chat, 'offer_price', p_chat.data || jsonb_build_object('title', v_title));
  end if;

  return wa.ask(p_chat, 'ask_title', p_again => 'title_not_usable');
end
$$;

comment on function wa.step_market_offer_title is
'Asks what is to be offered.';
