create or replace function wa.describe_inbound(p_message jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type constant text := p_message ->> 'type';
begin
  if p_message is null then
    return null;
  end if;

  return case v_type
    when 'text' then p_message #>> '{text,body}'
    when 'button' then format('[%s]', p_message #>> '{button,text}')
    when 'interactive' then coalesce(
      format(
        '[%s]',
        coalesce(
          p_message #>> '{interactive,button_reply,title}',
          p_message #>> '{interactive,list_reply,title}',
          p_message #>> '{interactive,nfm_reply,body}'
        )
      ),
      '(interactive)'
    )
    when 'location' then concat_ws(
      ' ',
      format('(location %s, %s)', p_message #>> '{location,latitude}', p_message #>> '{location,longitude}'),
      p_message #>> '{location,name}',
      p_message #>> '{location,address}'
    )
    when 'contacts' then format(
      '(contacts %s)',
      (
        select string_agg(coalesce(card.value #>> '{name,formatted_name}', '?'), ', ' order by card.position)
        from jsonb_array_elements(
          case jsonb_typeof(p_message -> 'contacts') when 'array' then p_message -> 'contacts' else '[]' end
        ) with ordinality as card (value, position)
      )
    )
    else concat_ws(
      ' ', format('(%s)', v_type), p_message #>> array[v_type, 'filename'], p_message #>> array[v_type, 'caption'],
      p_message #>> array[v_type, 'text']
    )
  end;
end
$$;

comment on function wa.describe_inbound is
'What a user wrote, as one reads it: the text, [what was tapped], (what else it is) with caption, file name or place. Null for null.';
