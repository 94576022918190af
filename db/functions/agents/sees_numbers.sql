create or replace function wa.sees_numbers()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller constant name := wa.find_caller();
begin
  return pg_has_role(v_caller, 'wa_agent_role', 'usage')
    or has_table_privilege(v_caller, 'public.profiles', 'select');
end
$$;

comment on function wa.sees_numbers is
'Whether the caller may see numbers of people: colleagues who answer them, and whoever reads their profiles anyway. wa_reader_role does not.';
