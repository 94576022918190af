create or replace function wa.step_basket_detail(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
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

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    jsonb_build_array(
      wa.build_list(
        wa.ask_again(p_message, wa.describe_basket(v_basket, p_profile.locale), p_profile.locale),
        wa.get_text('basket.open_actions', p_profile.locale),
        wa.list_basket_actions(v_basket, p_profile.locale)
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_detail is
'Shows one basket and what this person may do with it; each action is an entry point of its own.';
