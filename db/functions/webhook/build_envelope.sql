create or replace function wa.build_envelope(p_message wa.message)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- As text, since each level of jsonb_build_object would copy all that it holds.
  return format(
    '{"object": "whatsapp_business_account", "entry": [{"id": %s, "changes": [{"field": "messages", "value": {'
    || '"messaging_product": "whatsapp", "metadata": {"phone_number_id": %s}, "contacts": [%s], "messages": [%s]'
    || '}}]}]}',
    coalesce(to_json(p_message.waba_id)::text, 'null'),
    coalesce(to_json(p_message.phone_number_id)::text, 'null'),
    p_message.contact::text,
    coalesce(p_message.content::text, 'null')
  )::jsonb;
end
$$;

comment on function wa.build_envelope is
'The webhook that would have carried just this message: what a replay dispatches.';
