create or replace function wa.step_basket_create_name(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not p_chat.is_entered then
    begin
      return wa.go(
        p_chat,
        'create_visibility',
        p_chat.data || jsonb_build_object('name', wa.clean_basket_name(wa.typed(p_chat)))
      );
    exception
      when sqlstate 'WA026' then
        null;
    end;
  end if;

  return wa.ask(p_chat, 'create_ask_name', p_again => 'name_not_usable');
end
$$;

comment on function wa.step_basket_create_name is
'Asks for the name of a new basket.';
