create or replace function wa.step_market_stop(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_talk constant jsonb := wa.find_market_talk(p_chat);
  v_id constant text := v_talk ->> 'talk_id';
begin
  if v_talk is null then
    return wa.finish(p_chat, 'talk_gone');
  end if;

  case wa.confirmed(p_chat, v_id)
    when true then
      perform from public.market_end_talk(p_chat.user_id, v_id::uuid);
      return wa.finish(p_chat, 'stopped', v_talk);
    when false then
      return wa.finish(p_chat);
    else
      return wa.confirm(
        p_chat, 'confirm_stop', v_talk, jsonb_build_object('talk_id', v_id), 'not_understood', v_id
      );
  end case;
end
$$;

comment on function wa.step_market_stop is
'Asks whether to end a talk, and ends it.';
