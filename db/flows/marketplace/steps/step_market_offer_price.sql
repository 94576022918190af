create or replace function wa.step_market_offer_price(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_currency constant text := wa.get_setting('default_currency') #>> '{}';
  v_price constant bigint := case
    when wa.is_answer(p_chat, 'free', 'words_free') then 0 else wa.parse_amount(wa.typed(p_chat), v_currency)
  end;
begin
  if v_price between 0 and 1000000000000000 then
    return wa.go(
      p_chat, 'offer_place', p_chat.data || jsonb_build_object('price_minor', v_price, 'currency', v_currency)
    );
  end if;

  return wa.ask(
    p_chat,
    'ask_price',
    '{free,back}',
    p_chat.data || jsonb_build_object('currency', v_currency),
    p_again => 'price_not_understood'
  );
end
$$;

comment on function wa.step_market_offer_price is
'Asks for the price of what is offered, which may be nothing.';
