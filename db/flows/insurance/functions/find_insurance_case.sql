create or replace function wa.find_insurance_case(p_user_id uuid)
returns public.insurance_cases
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_case public.insurance_cases;
begin
  select one.* into v_case
  from public.insurance_cases as one
  where one.user_id = p_user_id and one.closed_at is null;
  return v_case;
end
$$;

comment on function wa.find_insurance_case is
'The open case of a person; a row of nulls where there is none.';
