create or replace function wa.is_plain_webhook(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- Paths step into arrays by themselves, so that the type of each part is asked first.
  return p_payload @@ '
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
    && !exists(
      $[*].entry[*].changes[*].value.keyvalue().key ? (
        !(@ == "messaging_product" || @ == "metadata" || @ == "contacts" || @ == "messages" || @ == "statuses")
      )
    )
    && !exists($[*].entry[*].changes[*].value.statuses[*].type() ? (@ != "object"))
    && !exists($[*].entry[*].changes[*].value.messages[*].type() ? (@ != "object"))
    && !exists(
      $[*].entry[*].changes[*].value.messages[*] ? (
        !(@.id.type() == "string" && @.id != "" && @.type.type() == "string" && @.type == "text")
      )
    )
  ';
end
$$;

comment on function wa.is_plain_webhook(jsonb) is
'Whether a webhook body, or each of an array of them, holds text messages and statuses and nothing beside them, which is what Meta sends most.';

revoke all on function wa.is_plain_webhook(jsonb) from public;
grant execute on function wa.is_plain_webhook(jsonb) to wa_runtime;
