create or replace function wa.step_market_reply(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_talk constant jsonb := wa.find_market_talk(p_chat);
  v_is_waiting boolean;
begin
  if v_talk is null then
    return wa.finish(p_chat, 'talk_gone');
  end if;

  if v_talk ->> 'ended_at' is not null then
    return wa.finish(p_chat, 'refused_reach', v_talk);
  end if;

  if wa.typed(p_chat) is not null then
    begin
      select replied.is_waiting into v_is_waiting
      from public.market_reply(p_chat.user_id, (v_talk ->> 'talk_id')::uuid, wa.typed(p_chat)) as replied;
      return wa.finish(p_chat, case when v_is_waiting then 'replied_waiting' else 'replied' end, v_talk);
    exception
      when sqlstate 'WA080' then
        return wa.finish(p_chat, 'talk_gone');
      when sqlstate 'WA085' then
        return wa.finish(p_chat, 'refused_reach', v_talk);
      when sqlstate 'WA083' then
        null;
    end;
  end if;

  return wa.ask(
    p_chat, 'ask_reply', '{cancel}', v_talk, jsonb_build_object('talk_id', v_talk ->> 'talk_id'), 'text_not_usable'
  );
end
$$;

comment on function wa.step_market_reply is
'Asks what the other one of a talk is to be answered, and passes it on.';
