create or replace function wa.count_person(p_who text)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return (
    select coalesce(sum(jsonb_array_length(kept.rows)), 0)
    from jsonb_each(wa.gather_person(wa.find_person(p_who))) as kept (table_name, rows)
    where jsonb_typeof(kept.rows) = 'array'
  );
end
$$;

alter function wa.count_person owner to wa_privacy;

comment on function wa.count_person is
'How many rows are about the person whom a number, a BSUID or a user_id names: what wa_export_profile hands out, none of which leaves the database for it. Raises WA043 when there is nobody.';

grant execute on function wa.count_person to wa_operator_role;
