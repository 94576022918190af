-- A step takes only those of its parameters that it uses. With its former parameters it would be a second
-- function of the same name.
do $$
declare
  v_step regprocedure;
begin
  for v_step in
    select routine.oid
    from pg_catalog.pg_proc as routine
    where routine.pronamespace = 'wa'::regnamespace
      and routine.proname like 'step\_%'
      and routine.oid = to_regprocedure(
        format('wa.%I(public.profiles, text, jsonb, wa.inbound_message)', routine.proname)
      )
  loop
    execute format('drop function %s', v_step);
  end loop;
end
$$;
