create or replace function wa.log_rest(p_rest jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  c_fields constant text[] := array[
    'account_alerts', 'account_review_update', 'account_settings_update', 'account_update', 'automatic_events',
    'business_capability_update', 'business_status_update', 'business_username_updates', 'calls', 'consumer_profile',
    'flows', 'group_lifecycle_update', 'group_participants_update', 'group_settings_update', 'group_status_update',
    'history', 'message_echoes', 'message_template_components_update', 'message_template_quality_update',
    'message_template_status_update', 'messaging_handovers', 'partner_solutions', 'payment_configuration_update',
    'phone_number_name_update', 'phone_number_quality_update', 'security', 'smb_app_state_sync',
    'smb_message_echoes', 'standby', 'template_category_update', 'template_correct_category_detection',
    'tracking_events', 'user_id_update', 'user_preferences'
  ];
  -- Beside messages and statuses.
  c_keys constant text[] := array['errors', 'user_actions', 'conversation_context'];
  v_events jsonb;
begin
  with item as materialized (
    select
      rest.*,
      case
        when rest.is_test or rest.is_foreign or rest.field = any(c_fields) then null
        when rest.field is distinct from 'messages' then 'field'
        when rest.path = 'entry.changes.value.messages' then 'message'
        when rest.path = 'entry.changes.value.statuses' then 'status'
        when rest.body - c_keys <> '{}' then 'field'
        when not wa.are_known_errors(rest.body -> 'errors') then 'error'
      end as unknown
    from jsonb_to_recordset(p_rest) as rest (
      path text, body jsonb, field text, waba_id text, phone_number_id text, is_test boolean, is_foreign boolean,
      count integer
    )
  ),

  logged as (
    insert into public.webhook_logs (kind, field, waba_id, phone_number_id, detail)
    select
      case when item.unknown is null then 'field' else 'unknown' end,
      left(item.field, 100),
      item.waba_id,
      item.phone_number_id,
      case
        when item.is_foreign
          then jsonb_build_object('statuses', wa.mask_json(item.body, item.path), 'count', item.count)
        else coalesce(wa.mask_json(item.body, item.path), 'null')
      end
    from item
  )

  select jsonb_agg(
    jsonb_build_object('event', 'UNKNOWN_RECEIVED', 'level', 'warning', 'what', kind.unknown, 'count', kind.seen)
  ) into v_events
  from (
    select item.unknown, count(*) as seen
    from item
    where item.unknown is not null
    group by item.unknown
    order by item.unknown
  ) as kind;

  return coalesce(v_events, '[]');
end
$$;

comment on function wa.log_rest is
'Stores in webhook_logs, masked, what wa.read_webhook found beside messages and statuses. Returns events that count what of it nobody knows: a message, a status, a field, an error.';
