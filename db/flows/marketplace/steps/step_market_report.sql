create or replace function wa.step_market_report(p_chat wa.chat)
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

  case wa.confirmed(p_chat, v_id)
    when true then
      begin
        perform from public.market_report(p_chat.user_id, v_id::uuid);
        return wa.finish(p_chat, 'reported', v_offer);
      exception
        when sqlstate 'WA080' then
          return wa.go(p_chat, 'find', null, 'gone');
        when sqlstate 'WA082' then
          return wa.go(p_chat, 'detail', v_data, 'refused_own');
      end;
    when false then
      return wa.go(p_chat, 'detail', v_data);
    else
      return wa.confirm(p_chat, 'confirm_report', v_offer, v_data, 'not_understood', v_id);
  end case;
end
$$;

comment on function wa.step_market_report is
'Asks whether an offer should not be there, and notes it.';
