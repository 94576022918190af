create or replace function wa.mend_rights()
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_difference record;
  v_differences bigint := 0;
begin
  for v_difference in
    select compared.object, compared.held, compared.is_missing, compared.mending
    from wa.compare_rights() as compared
    -- A policy that was changed is one too many before it is one too few; and what wa.open_routines gave for the while,
    -- by which a table can be given to its owner, is taken last.
    order by
      compared.object like 'schema %' and not compared.is_missing,
      compared.is_missing,
      compared.object,
      compared.held
  loop
    v_differences := v_differences + 1;
    if v_difference.mending is not null then
      execute v_difference.mending;
    end if;
  end loop;
  return v_differences;
end
$$;

comment on function wa.mend_rights is
'Gives and takes what wa.compare_rights found to be otherwise, and returns how many differences there were. Routines are to be applied again after it, all of them.';
