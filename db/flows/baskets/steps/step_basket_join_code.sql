create or replace function wa.step_basket_join_code(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code constant text := wa.typed(p_chat);
begin
  if v_code is null then
    return wa.ask(p_chat, 'join_ask_code', p_data => '{}');
  end if;

  return wa.join_basket(p_chat, v_code);
end
$$;

comment on function wa.step_basket_join_code is
'Asks for a basket''s code and joins by what is typed.';
