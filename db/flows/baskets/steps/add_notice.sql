create or replace function wa.add_notice(p_notice text, p_body text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(e'\n\n', p_notice, p_body)
$$;

comment on function wa.add_notice is
'A question, after what there is to say first.';
