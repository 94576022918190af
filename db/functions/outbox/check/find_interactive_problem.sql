create or replace function wa.find_interactive_problem(p_interactive jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type text := p_interactive ->> 'type';
  v_action jsonb := p_interactive -> 'action';
  v_header_type text := p_interactive #>> '{header,type}';
  v_problem text;
begin
  if v_type is null then
    return 'interactive.type is missing';
  end if;
  if v_action is null then
    return 'interactive.action is missing';
  end if;

  v_problem := case
    when v_type not in ('product', 'product_list', 'catalog_message') or p_interactive ? 'body'
      then wa.find_text_problem(p_interactive #> '{body,text}', 'interactive.body.text', 1024)
  end;
  v_problem := coalesce(
    v_problem,
    case
      when p_interactive ? 'footer'
        then wa.find_text_problem(p_interactive #> '{footer,text}', 'interactive.footer.text', 60)
    end,
    case
      when not p_interactive ? 'header' then null
      when v_header_type is null then 'interactive.header.type is missing'
      when v_header_type = 'text'
        then wa.find_text_problem(p_interactive #> '{header,text}', 'interactive.header.text', 60)
      when v_type = 'list' then 'the header of a list can only be text'
      when p_interactive #> array['header', v_header_type] is null
        then format('interactive.header.%s is missing', v_header_type)
      when p_interactive #> array['header', v_header_type] ?| '{qr,file}' then 'the header takes an id or a link'
      when v_header_type in ('image', 'video', 'document')
        then wa.find_media_problem(v_header_type, p_interactive #> array['header', v_header_type])
    end
  );
  if v_problem is not null then
    return v_problem;
  end if;

  return case v_type
    when 'button' then wa.find_buttons_problem(v_action -> 'buttons')
    when 'list' then wa.find_list_problem(v_action)
    when 'cta_url' then coalesce(
      wa.find_text_problem(v_action #> '{parameters,display_text}', 'action.parameters.display_text', 20),
      wa.find_text_problem(v_action #> '{parameters,url}', 'action.parameters.url', 2000),
      case when v_action #>> '{parameters,url}' !~ '^https?://' then 'action.parameters.url must be a URL' end
    )
    when 'location_request_message' then case
      when v_action ->> 'name' is distinct from 'send_location' then 'action.name must be send_location'
    end
    when 'request_contact_info' then case
      when v_action ->> 'name' is distinct from 'request_contact_info' then 'action.name must be request_contact_info'
    end
  end;
end
$$;

comment on function wa.find_interactive_problem is
'What is wrong with an interactive message, or null. Types that are not known here are for Meta to judge.';
