create or replace function wa.go(
  p_chat wa.chat,
  p_state text,
  p_data jsonb default null,
  p_key text default null,
  p_values jsonb default null
)
returns wa.step_result
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    p_state,
    p_data,
    case when p_key is not null then jsonb_build_array(wa.build_text(wa.say(p_chat, p_key, p_values))) end
  )::wa.step_result;
end
$$;

comment on function wa.go is
'What a step returns that leads to another state: what the chat remembers there (null: nothing), and a text that is said on the way, with p_values filled in. State and text are named as the flow does, or by their whole names.';
