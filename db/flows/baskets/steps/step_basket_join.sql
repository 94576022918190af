create or replace function wa.step_basket_join(p_profile public.profiles, p_data jsonb)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  return wa.join_basket(p_profile, v_basket ->> 'share_token');
end
$$;

comment on function wa.step_basket_join is
'Joins a basket that the user sees, one found nearby for instance, and leads to it.';
