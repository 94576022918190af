create or replace function wa.describe_outbound(p_payload jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type constant text := coalesce(p_payload ->> 'type', 'text');
  v_content constant jsonb := p_payload -> v_type;
begin
  return case v_type
    when 'text' then v_content ->> 'body'
    when 'template' then format('(template %s, %s)', v_content ->> 'name', v_content #>> '{language,code}')
    when 'interactive' then concat_ws(
      e'\n',
      v_content #>> '{header,text}',
      v_content #>> '{body,text}',
      v_content #>> '{footer,text}',
      (
        select string_agg(format('[%s]', choice.title), ' ' order by choice.position)
        from jsonb_array_elements_text(
          jsonb_path_query_array(v_content, 'lax $.action.buttons[*].reply.title')
          || jsonb_path_query_array(v_content, 'lax $.action.sections[*].rows[*].title')
          || jsonb_path_query_array(v_content, 'lax $.action.parameters.display_text')
        ) with ordinality as choice (title, position)
      ),
      v_content #>> '{action,parameters,url}'
    )
    else concat_ws(' ', format('(%s)', v_type), v_content ->> 'filename', v_content ->> 'caption')
  end;
end
$$;

comment on function wa.describe_outbound is
'What a user was sent, as one reads it: the text with the titles of buttons and rows in square brackets, (what else it is) with caption or file name.';
