create or replace function wa.step_market_offer_picture(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_result constant jsonb := wa.task_result(p_chat);
  v_data constant jsonb := p_chat.data - '{task,picture}'::text[];
begin
  if v_result #>> '{result,media}' is not null and v_result #>> '{result,refused}' is null then
    return wa.go(p_chat, 'offer_confirm', v_data || jsonb_build_object('picture', v_result #> '{result,media}'));
  elsif wa.answer(p_chat, '{no_picture}') is not null then
    return wa.go(p_chat, 'offer_confirm', v_data);
  elsif not p_chat.is_entered and (p_chat.message).message_type = 'image' then
    return wa.wait_for(p_chat, wa.fetch_media(p_chat), 'one_moment', v_data);
  end if;

  return wa.ask(
    p_chat,
    'ask_picture',
    '{no_picture,back}',
    p_data => v_data,
    p_again => case when v_result is null then 'picture_not_understood' else 'picture_not_usable' end
  );
end
$$;

comment on function wa.step_market_offer_picture is
'Asks for a picture of the offered thing, and waits until it is fetched.';
