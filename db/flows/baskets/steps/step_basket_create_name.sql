create or replace function wa.step_basket_create_name(
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
  v_name text;
  v_notice text;
begin
  if not p_message.is_entry then
    begin
      v_name := wa.clean_basket_name(wa.get_typed_text(p_message));
      return ('basket_create_visibility', p_data || jsonb_build_object('name', v_name), null)::wa.step_result;
    exception
      when sqlstate 'WA026' then
        v_notice := wa.get_text('basket.name_not_usable', p_profile.locale);
    end;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_text(wa.add_notice(v_notice, wa.get_text('basket.create_ask_name', p_profile.locale)))
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_name is
'Asks for the name of a new basket.';
