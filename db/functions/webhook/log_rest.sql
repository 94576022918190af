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
  v_kinds jsonb;
  v_events jsonb;
begin
  -- What looks the same once it is masked is one row with a count: nothing is lost by it, however often it comes.
  with given as (
    select
      rest.path, rest.body, rest.field, rest.waba_id, rest.phone_number_id, rest.is_test, rest.is_foreign,
      sum(coalesce(rest.count, 1)) as seen
    from jsonb_to_recordset(p_rest) as rest (
      path text, body jsonb, field text, waba_id text, phone_number_id text, is_test boolean, is_foreign boolean,
      count integer
    )
    group by rest.path, rest.body, rest.field, rest.waba_id, rest.phone_number_id, rest.is_test, rest.is_foreign
  ),

  item as (
    select
      given.field,
      coalesce(given.waba_id, case given.path when 'entry' then given.body ->> 'id' end) as waba_id,
      given.phone_number_id,
      coalesce(given.is_foreign, false) as is_foreign,
      coalesce(wa.mask_json(given.body, given.path), 'null') as masked,
      case
        when given.is_test or given.is_foreign or given.field = any(c_fields) then null
        when given.field is distinct from 'messages' then 'field'
        when given.path = 'entry.changes.value.messages' then 'message'
        when given.path = 'entry.changes.value.statuses' then 'status'
        when given.body - c_keys <> '{}' then 'field'
        when not wa.are_known_errors(given.body -> 'errors') then 'error'
      end as unknown,
      given.seen
    from given
  ),

  kind as (
    select
      item.field, item.waba_id, item.phone_number_id, item.is_foreign, item.masked, item.unknown, sum(item.seen)::integer as seen
    from item
    group by item.field, item.waba_id, item.phone_number_id, item.is_foreign, item.masked, item.unknown
  )

  select
    jsonb_agg(
      jsonb_build_object(
        'unknown', kind.unknown,
        'field', left(kind.field, 100),
        'waba_id', kind.waba_id,
        'phone_number_id', kind.phone_number_id,
        'seen', kind.seen,
        'detail', case
          when kind.is_foreign then jsonb_build_object('statuses', kind.masked, 'count', kind.seen)
          when kind.seen = 1 then kind.masked
          when jsonb_typeof(kind.masked) = 'object' then kind.masked || jsonb_build_object('count', kind.seen)
          else jsonb_build_object('value', kind.masked, 'count', kind.seen)
        end
      )
    )
  into v_kinds
  from kind;

  insert into public.webhook_logs (kind, field, waba_id, phone_number_id, detail)
  select
    case when kind.unknown is null then 'field' else 'unknown' end,
    kind.field,
    kind.waba_id,
    kind.phone_number_id,
    coalesce(kind.detail, 'null')
  from jsonb_to_recordset(v_kinds) as kind (
    unknown text, field text, waba_id text, phone_number_id text, detail jsonb
  );

  select jsonb_agg(
    jsonb_build_object('event', 'UNKNOWN_RECEIVED', 'level', 'warning', 'what', kind.unknown, 'count', kind.seen)
  ) into v_events
  from (
    select kind.unknown, sum(kind.seen) as seen
    from jsonb_to_recordset(v_kinds) as kind (unknown text, seen integer)
    where kind.unknown is not null
    group by kind.unknown
    order by kind.unknown
  ) as kind;

  return coalesce(v_events, '[]');
end
$$;

comment on function wa.log_rest is
'Stores in webhook_logs, masked, what wa.read_webhook found beside messages and statuses, what is the same once, with a count. Returns events that count what of it nobody knows: a message, a status, a field, an error.';
