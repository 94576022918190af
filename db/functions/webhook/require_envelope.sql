create or replace function wa.require_envelope(p_payload jsonb)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Paths and not a query: PL/pgSQL evaluates them without starting the executor.
  if p_payload = '[]'
    or jsonb_path_exists(p_payload, '$[*].type() ? (@ != "object")')
    or jsonb_path_exists(p_payload, '$[*].object.type() ? (@ != "string")')
    or jsonb_path_exists(
      p_payload, '$[*] ? (!(@.object == "whatsapp_business_account" && @.entry.type() == "array"))'
    )
  then
    raise exception using
      errcode = 'WA001',
      message = 'the payload is not a WhatsApp webhook',
      detail = 'Expected an object with "object": "whatsapp_business_account" and an array "entry", or an array of such objects.',
      hint = 'Check that the callback URL is subscribed to a WhatsApp Business Account, not to another Graph object.';
  end if;
end
$$;

comment on function wa.require_envelope is
'Raises WA001 unless the payload is a webhook body, or a non-empty array of them.';
