create or replace function wa.keep_unattributed(p_webhooks jsonb)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform wa.keep_payloads(
    (
      select jsonb_agg(
        jsonb_build_object(
          'body', encode(convert_to(webhook.body::text, 'UTF8'), 'base64'), 'reason', 'unknown_sender'
        )
      )
      from jsonb_array_elements(p_webhooks) as webhook (body)
    )
  );
  return (
    select sum(jsonb_array_length(webhook.body #> '{entry,0,changes,0,value,messages}'))
    from jsonb_array_elements(p_webhooks) as webhook (body)
  );
end
$$;

comment on function wa.keep_unattributed is
'Keeps messages whose sender cannot be told, each webhook as it would have come with just these, and returns how many messages. Their ids are not spent: a redelivery or a replay counts once the sender can be told.';
