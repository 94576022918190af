create or replace function wa.build_choice(p_id text, p_title text, p_description text default null)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object('id', p_id, 'title', p_title, 'description', p_description))
$$;

comment on function wa.build_choice(text, text, text) is
'A button of wa.build_buttons or a row of wa.build_list.';

revoke all on function wa.build_choice(text, text, text) from public;
grant execute on function wa.build_choice(text, text, text) to wa_runtime;
