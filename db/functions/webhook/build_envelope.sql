create or replace function wa.build_envelope(p_message wa.message)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object(
    'object', 'whatsapp_business_account',
    'entry', jsonb_build_array(
      jsonb_build_object(
        'id', p_message.waba_id,
        'changes', jsonb_build_array(
          jsonb_build_object(
            'field', 'messages',
            'value', jsonb_build_object(
              'messaging_product', 'whatsapp',
              'metadata', jsonb_build_object('phone_number_id', p_message.phone_number_id),
              'contacts', case
                when p_message.contact is null then '[]'::jsonb
                else jsonb_build_array(p_message.contact)
              end,
              'messages', jsonb_build_array(p_message.content)
            )
          )
        )
      )
    )
  );
end
$$;

comment on function wa.build_envelope is
'The webhook that would have carried just this message: what a replay dispatches.';
