create or replace function wa.join_basket(p_profile public.profiles, p_code text)
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
    from public.basket_join_by_code(p_profile.user_id, p_profile.whatsapp_e164, p_code) as joined;
  exception
    when sqlstate 'WA024' or sqlstate 'WA028' then
      return (
        'home', null,
        jsonb_build_array(wa.build_text(wa.describe_basket_refusal(sqlstate, p_profile.locale)))
      )::wa.step_result;
  end;

  if v_basket_id is null then
    return (
      'basket_join_code', null,
      jsonb_build_array(wa.build_text(wa.get_text('basket.join_wrong_code', p_profile.locale)))
    )::wa.step_result;
  end if;

  return (
    'basket_detail',
    jsonb_build_object('basket_id', v_basket_id),
    jsonb_build_array(
      wa.build_text(wa.get_text('basket.joined', p_profile.locale, jsonb_build_object('name', v_name)))
    )
  )::wa.step_result;
end
$$;

comment on function wa.join_basket is
'Joins by a code: leads to the basket, back to the question for a wrong code, or home when it is refused.';
