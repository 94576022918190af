create or replace function wa.build_choices(p_choices json, p_locale text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_agg(wa.build_choice(choice.id, wa.get_text(choice.title_key, p_locale)) order by choice.position)
    from json_each_text(p_choices) with ordinality as choice (id, title_key, position)
  );
end
$$;

comment on function wa.build_choices is
'Buttons of wa.build_buttons or rows of wa.build_list, of an object of ids and the keys of their titles in wa.texts, in its order.';
