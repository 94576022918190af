create or replace function wa.step_basket_join_code(p_profile public.profiles, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_message.is_entry or wa.get_typed_text(p_message) is null then
    return (
      null,
      '{}'::jsonb,
      jsonb_build_array(wa.build_text(wa.get_text('basket.join_ask_code', p_profile.locale)))
    )::wa.step_result;
  end if;

  return wa.join_basket(p_profile, p_message.body);
end
$$;

comment on function wa.step_basket_join_code is
'Asks for a basket''s code and joins by what is typed.';
