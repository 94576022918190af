create or replace function wa.is_plain_webhook(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- Paths step into arrays by themselves, so that the type of each part is asked first.
  return not (
    jsonb_path_exists(p_payload, '$[*].entry[*].type() ? (@ != "object")')
    or jsonb_path_exists(p_payload, '$[*].entry[*] ? (!exists(@.changes[*]))')
    or jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].type() ? (@ != "object")')
    or jsonb_path_exists(
      p_payload,
      '$[*].entry[*].changes[*] ? (
        !(@.field.type() == "string" && @.field == "messages" && @.value.type() == "object")
      )'
    )
    or jsonb_path_exists(
      p_payload,
      '$[*].entry[*].changes[*].value.keyvalue().key ? (
        !(@ == "messaging_product" || @ == "metadata" || @ == "contacts" || @ == "messages" || @ == "statuses")
      )'
    )
    or jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].value.statuses[*].type() ? (@ != "object")')
    or jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].value.messages[*].type() ? (@ != "object")')
    or jsonb_path_exists(
      p_payload,
      '$[*].entry[*].changes[*].value.messages[*] ? (
        !(@.id.type() == "string" && @.id != "" && @.type.type() == "string" && @.type == "text")
      )'
    )
  );
end
$$;

comment on function wa.is_plain_webhook(jsonb) is
'Whether a webhook body, or each of an array of them, holds text messages and statuses and nothing beside them, which is what Meta sends most.';

revoke all on function wa.is_plain_webhook(jsonb) from public;
grant execute on function wa.is_plain_webhook(jsonb) to wa_runtime;
