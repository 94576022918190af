create or replace function wa.step_basket_join(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket constant jsonb := wa.find_basket_detail(p_chat);
begin
  if v_basket is null then
    return wa.go(p_chat, 'list', null, 'gone');
  end if;

  return wa.join_basket(p_chat, v_basket ->> 'share_token');
end
$$;

comment on function wa.step_basket_join is
'Joins a basket that the user sees, one found nearby for instance, and leads to it.';
