create or replace function wa.require_envelope(p_payload jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_payload = '[]' or exists (
    select from jsonb_path_query(p_payload, '$[*]') as body
    where jsonb_typeof(body) <> 'object'
      or (body ->> 'object') is distinct from 'whatsapp_business_account'
      or jsonb_typeof(body -> 'entry') is distinct from 'array'
  ) then
    raise exception using
      errcode = 'WA001',
      message = 'the payload is not a WhatsApp webhook',
      detail = 'Expected an object with "object": "whatsapp_business_account" and an array "entry", or an array of such objects.',
      hint = 'Check that the callback URL is subscribed to a WhatsApp Business Account, not to another Graph object.';
  end if;
end
$$;

comment on function wa.require_envelope(jsonb) is
'Raises WA001 unless the payload is a webhook body, or a non-empty array of them.';

revoke all on function wa.require_envelope(jsonb) from public;
grant execute on function wa.require_envelope(jsonb) to wa_runtime;
