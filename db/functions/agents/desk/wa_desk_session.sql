create or replace function public.wa_desk_session(agent text, is_over boolean default false)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
begin
  perform wa.record_action(
    wa.name_agent(wa_desk_session.agent), case when wa_desk_session.is_over then 'signed_out' else 'signed_in' end
  );
end
$$;

alter function public.wa_desk_session owner to wa_runtime;

comment on function public.wa_desk_session is
'Records that a colleague signed in at the desk, or out (is_over).';

grant execute on function public.wa_desk_session to wa_reader_role, wa_agent_role, wa_operator_role;
