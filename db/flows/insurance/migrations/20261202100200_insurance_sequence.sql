-- Supabase's default privileges give every new sequence of public to these roles by name.
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on sequence public.insurance_cases_id_seq from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on sequence public.insurance_cases_id_seq from authenticated;
  end if;
end
$$;
