create or replace function wa.find_template_problem(p_template jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    wa.find_text_problem(p_template -> 'name', 'template.name', 512),
    wa.find_text_problem(p_template #> '{language,code}', 'template.language.code', 20),
    case
      when not p_template ? 'components' then null
      when jsonb_typeof(p_template -> 'components') <> 'array' then 'template.components must be an array'
      when exists (
        select from jsonb_array_elements(p_template -> 'components') as component (body)
        where lower(coalesce(component.body ->> 'type', '')) not in (
          'header', 'body', 'footer', 'button', 'carousel', 'limited_time_offer', 'order_status', 'tap_target_configuration'
        )
      ) then 'template.components holds one without a known type'
      when exists (
        select from jsonb_array_elements(p_template -> 'components') as component (body)
        where lower(component.body ->> 'type') = 'button'
          and (component.body ->> 'sub_type' is null or component.body ->> 'index' is null)
      ) then 'a template button takes sub_type and index'
      when (
        select count(*) from jsonb_array_elements(p_template -> 'components') as component (body)
        where lower(component.body ->> 'type') = 'button'
      ) > 10 then 'a template has at most 10 buttons'
      when exists (
        select from jsonb_array_elements(p_template -> 'components') as component (body)
        where component.body ? 'parameters' and jsonb_typeof(component.body -> 'parameters') <> 'array'
      ) then 'the parameters of a template component must be an array'
    end
  );
$$;

comment on function wa.find_template_problem is
'What is wrong with the shape of a template message, or null. Whether the template exists only Meta knows.';
