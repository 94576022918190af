create or replace function wa.step_basket_create_visibility(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_public constant boolean := case wa.answer(
    p_chat, '{"answer:private": "basket.words_private", "answer:public": "basket.words_public"}'
  ) when 'answer:private' then false when 'answer:public' then true end;
begin
  if v_is_public is not null then
    return wa.go(p_chat, 'basket_create_goal', p_chat.data || jsonb_build_object('is_public', v_is_public));
  end if;

  return wa.ask(
    p_chat,
    'basket.create_ask_visibility',
    '{"answer:private": "basket.private_button", "answer:public": "basket.public_button", "back": "basket.back"}',
    p_chat.data,
    p_again => 'basket.not_understood'
  );
end
$$;

comment on function wa.step_basket_create_visibility is
'Asks whether a new basket is private or public.';
