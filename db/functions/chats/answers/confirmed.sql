create or replace function wa.confirmed(p_chat wa.chat, p_about text default null)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when wa.is_answer(p_chat, concat_ws(':', 'yes', p_about), 'answer.words_yes') then true
    when wa.is_answer(p_chat, concat_ws(':', 'no', p_about), 'answer.words_no') then false
  end;
end
$$;

comment on function wa.confirmed is
'Whether the question of wa.confirm, with the same p_about, was answered by yes or by no, tapped or typed; null when it was neither, and while the state is being entered.';
