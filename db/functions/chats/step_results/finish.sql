create or replace function wa.finish(p_chat wa.chat, p_key text default null, p_values jsonb default null)
returns wa.step_result
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.go(p_chat, 'home', null, p_key, p_values);
end
$$;

comment on function wa.finish is
'What a step returns that ends its flow: leads home, and says a text before, with p_values filled in.';
