create or replace function wa.step_market_renew(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offer constant jsonb := wa.find_market_detail(p_chat);
  v_data constant jsonb := jsonb_build_object('offer_id', v_offer ->> 'offer_id');
begin
  if v_offer is null then
    return wa.go(p_chat, 'find', null, 'gone');
  end if;

  begin
    perform from public.market_renew(p_chat.user_id, (v_offer ->> 'offer_id')::uuid);
    return wa.go(p_chat, 'detail', v_data, 'renewed', v_offer);
  exception
    when sqlstate 'WA081' or sqlstate 'WA086' then
      return wa.go(p_chat, 'detail', v_data, 'refused_renewal', v_offer);
  end;
end
$$;

comment on function wa.step_market_renew is
'Opens an offer of the user for another while; leads on at once.';
