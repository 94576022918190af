create or replace function wa.confirm(
  p_chat wa.chat,
  p_key text,
  p_values jsonb default null,
  p_data jsonb default null,
  p_again text default null,
  p_about text default null
)
returns wa.step_result
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.ask(
    p_chat,
    p_key,
    array[concat_ws(':', 'yes', p_about) || '=answer.yes', concat_ws(':', 'no', p_about) || '=answer.no'],
    p_values,
    p_data,
    p_again
  );
end
$$;

comment on function wa.confirm is
'What a step returns that asks a question of yes or no; wa.confirmed has the answer. p_about, where there is one, is what the question is about, an id for example: a yes to the same question about something else does not count then.';
