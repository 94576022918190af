create or replace function wa.find_list_problem(p_action jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sections jsonb := p_action -> 'sections';
  v_problem text := wa.find_text_problem(p_action -> 'button', 'action.button', 20);
begin
  if v_problem is not null then
    return v_problem;
  end if;
  if jsonb_typeof(v_sections) is distinct from 'array' or jsonb_array_length(v_sections) not between 1 and 10 then
    return 'action.sections must be an array of 1 to 10 sections';
  end if;
  if jsonb_path_exists(v_sections, '$[*] ? (!(@.rows.type() == "array") || @.rows.size() == 0)') then
    return 'a section of a list takes at least one row';
  end if;

  select
    coalesce(
      case
        when jsonb_array_length(v_sections) > 1 or section.body ? 'title'
          then wa.find_text_problem(section.body -> 'title', 'the title of a section', 24)
      end
    )
  into v_problem
  from jsonb_array_elements(v_sections) as section (body)
  order by 1
  limit 1;

  if v_problem is not null then
    return v_problem;
  end if;

  select
    coalesce(
      case when count(*) > 10 then format('a list has at most 10 rows in all; this one has %s', count(*)) end,
      min(wa.find_text_problem(list_row.body -> 'id', 'the id of a row', 200)),
      min(wa.find_text_problem(list_row.body -> 'title', 'the title of a row', 24)),
      min(
        case
          when list_row.body ? 'description'
            then wa.find_text_problem(list_row.body -> 'description', 'the description of a row', 72)
        end
      ),
      case when count(distinct list_row.body ->> 'id') < count(*) then 'the ids of rows must differ' end
    )
  into v_problem
  from jsonb_array_elements(v_sections) as section (body)
  cross join lateral jsonb_array_elements(section.body -> 'rows') as list_row (body);
  return v_problem;
end
$$;

comment on function wa.find_list_problem is
'What is wrong with the action of an interactive list, or null.';
