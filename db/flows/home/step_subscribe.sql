create or replace function wa.step_subscribe(p_profile public.profiles)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.profiles as profile
  set opted_out_at = null, updated_at = now()
  where profile.user_id = p_profile.user_id;

  return (
    'home',
    null,
    jsonb_build_array(wa.build_text(wa.get_text('subscription.started', p_profile.locale)))
  )::wa.step_result;
end
$$;

comment on function wa.step_subscribe is
'Opts the user in again and leads home.';
