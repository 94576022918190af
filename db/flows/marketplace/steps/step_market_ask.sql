create or replace function wa.step_market_ask(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offer constant jsonb := wa.find_market_detail(p_chat);
  v_data constant jsonb := jsonb_build_object('offer_id', v_offer ->> 'offer_id');
  v_is_waiting boolean;
begin
  if v_offer is null then
    return wa.go(p_chat, 'find', null, 'gone');
  end if;

  if wa.typed(p_chat) is not null then
    begin
      select asked.is_waiting into v_is_waiting
      from public.market_ask(p_chat.user_id, (v_offer ->> 'offer_id')::uuid, wa.typed(p_chat)) as asked;
      return wa.finish(p_chat, case when v_is_waiting then 'asked_waiting' else 'asked' end, v_offer);
    exception
      when sqlstate 'WA080' then
        return wa.go(p_chat, 'find', null, 'gone');
      when sqlstate 'WA082' then
        return wa.go(p_chat, 'detail', v_data, 'refused_own');
      when sqlstate 'WA085' then
        return wa.finish(p_chat, 'refused_reach', v_offer);
      when sqlstate 'WA083' then
        null;
    end;
  end if;

  return wa.ask(p_chat, 'ask_question', '{back}', v_offer, v_data, 'text_not_usable');
end
$$;

comment on function wa.step_market_ask is
'Asks what the seller is to be asked, and passes it on.';
