create or replace function wa.join_basket(p_chat wa.chat, p_code text)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket_id uuid;
  v_name text;
begin
  begin
    select joined.basket_id, joined.basket_name into v_basket_id, v_name
    from public.basket_join_by_code(p_chat.user_id, null, p_code) as joined;
  exception
    when sqlstate 'WA024' or sqlstate 'WA028' then
      return wa.finish(p_chat, wa.find_basket_refusal(sqlstate));
  end;

  if v_basket_id is null then
    return wa.go(p_chat, 'join_code', null, 'join_wrong_code');
  end if;

  return wa.go(
    p_chat,
    'detail',
    jsonb_build_object('basket_id', v_basket_id),
    'joined',
    jsonb_build_object('name', v_name)
  );
end
$$;

comment on function wa.join_basket is
'Joins by a code: leads to the basket, back to the question for a wrong code, or home when it is refused.';
