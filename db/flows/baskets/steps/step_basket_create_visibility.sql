create or replace function wa.step_basket_create_visibility(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_public constant boolean := case wa.answer(
    p_chat, '{private=words_private,public=words_public}'
  ) when 'private' then false when 'public' then true end;
begin
  if v_is_public is not null then
    return wa.go(p_chat, 'create_goal', p_chat.data || jsonb_build_object('is_public', v_is_public));
  end if;

  return wa.ask(
    p_chat,
    'create_ask_visibility',
    '{private=private_button,public=public_button,back}',
    p_chat.data,
    p_again => 'not_understood'
  );
end
$$;

comment on function wa.step_basket_create_visibility is
'Asks whether a new basket is private or public.';
