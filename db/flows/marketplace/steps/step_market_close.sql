create or replace function wa.step_market_close(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offer constant jsonb := wa.find_market_detail(p_chat);
  v_id constant text := v_offer ->> 'offer_id';
  v_data constant jsonb := jsonb_build_object('offer_id', v_id);
begin
  if v_offer is null then
    return wa.go(p_chat, 'find', null, 'gone');
  end if;

  if not (v_offer -> 'is_mine')::boolean or v_offer ->> 'status' not in ('open', 'expired') then
    return wa.go(p_chat, 'detail', v_data);
  end if;

  case wa.confirmed(p_chat, v_id)
    when true then
      perform from public.market_close(p_chat.user_id, v_id::uuid);
      return wa.go(p_chat, 'mine', null, 'closed', v_offer);
    when false then
      return wa.go(p_chat, 'detail', v_data);
    else
      return wa.confirm(p_chat, 'confirm_close', v_offer, v_data, 'not_understood', v_id);
  end case;
end
$$;

comment on function wa.step_market_close is
'Asks the seller whether to close an offer for good, and closes it.';
