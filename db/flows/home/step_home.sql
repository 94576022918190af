create or replace function wa.step_home(p_profile public.profiles, p_data jsonb, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      wa.get_menu(
        case when p_message.is_entry then 'home.menu' else 'home.unknown' end,
        p_profile.locale,
        wa.read_page(p_data)
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_home is
'The home state: the menu on entry, the page of it that "more" asks for, and the menu with an apology for anything else.';
