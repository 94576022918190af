create or replace function wa.find_buttons_problem(p_buttons jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem text;
begin
  if jsonb_typeof(p_buttons) is distinct from 'array' or jsonb_array_length(p_buttons) not between 1 and 3 then
    return 'action.buttons must be an array of 1 to 3 buttons';
  end if;

  select
    coalesce(
      min(wa.find_text_problem(button.body #> '{reply,title}', 'the title of a button', 20)),
      min(wa.find_text_problem(button.body #> '{reply,id}', 'the id of a button', 256)),
      case when bool_or(button.body ->> 'type' is distinct from 'reply') then 'the type of a button must be reply' end,
      case
        when bool_or(button.body #>> '{reply,id}' <> btrim(button.body #>> '{reply,id}'))
          then 'the id of a button may not begin or end with a space'
      end,
      case when count(distinct button.body #>> '{reply,id}') < count(*) then 'the ids of buttons must differ' end,
      case when count(distinct button.body #>> '{reply,title}') < count(*) then 'the titles of buttons must differ' end
    )
  into v_problem
  from jsonb_array_elements(p_buttons) as button (body);
  return v_problem;
end
$$;

comment on function wa.find_buttons_problem is
'What is wrong with the reply buttons of an interactive message, or null.';
