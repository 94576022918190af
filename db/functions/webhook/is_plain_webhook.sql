create or replace function wa.is_plain_webhook(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_values jsonb;
begin
  -- Paths step into arrays by themselves, so that the type of each part is asked first.
  if (p_payload @@ '
    exists($[*])
    && !exists($[*].type() ? (@ != "object"))
    && !exists($[*].object.type() ? (@ != "string"))
    && !exists($[*] ? (!(@.object == "whatsapp_business_account" && @.entry.type() == "array")))
    && !exists($[*].entry[*].type() ? (@ != "object"))
    && !exists($[*].entry[*] ? (!exists(@.changes[*])))
    && !exists($[*].entry[*].changes[*].type() ? (@ != "object"))
    && !exists(
      $[*].entry[*].changes[*] ? (
        !(@.field.type() == "string" && @.field == "messages" && @.value.type() == "object")
      )
    )
    && !exists($[*].entry[*].changes[*].value.statuses[*].type() ? (@ != "object"))
    && !exists($[*].entry[*].changes[*].value.messages[*].type() ? (@ != "object"))
    && !exists(
      $[*].entry[*].changes[*].value.messages[*] ? (
        !(@.id.type() == "string" && @.id != "" && @.type.type() == "string" && @.type == "text")
      )
    )
  ') is not true then
    return false;
  end if;

  -- A path could ask for the keys too, but makes an object of every pair to do so.
  v_values := jsonb_path_query_array(p_payload, '$[*].entry[*].changes[*].value');

  for v_position in 0..jsonb_array_length(v_values) - 1 loop
    if (v_values -> v_position) - '{messaging_product,metadata,contacts,messages,statuses}'::text[] <> '{}' then
      return false;
    end if;
  end loop;
  return true;
end
$$;

comment on function wa.is_plain_webhook is
'Whether a webhook body, or each of an array of them, holds text messages and statuses and nothing beside them, which is what Meta sends most.';
