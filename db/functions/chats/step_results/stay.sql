create or replace function wa.stay(p_replies jsonb, p_data jsonb default null)
returns wa.step_result
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (null, p_data, case jsonb_typeof(p_replies) when 'array' then p_replies else jsonb_build_array(p_replies) end)::wa.step_result;
end
$$;

comment on function wa.stay is
'What a step returns that waits for an answer: one message body, or an array of them, and what the chat then remembers (null: what it does).';
