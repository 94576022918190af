create or replace function wa.build_choice(p_id text, p_title text, p_description text default null)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_strip_nulls(jsonb_build_object('id', p_id, 'title', p_title, 'description', p_description))
$$;

comment on function wa.build_choice is
'A button of wa.build_buttons or a row of wa.build_list.';
