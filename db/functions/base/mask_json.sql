create or replace function wa.mask_json(p_value jsonb, p_path text default '', p_depth integer default 0)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Meta nests less than half as deep; without a bound, a payload could exhaust the stack.
  c_deepest constant integer := 32;
  -- What is not listed is masked, so that a field Meta adds tomorrow is masked too.
  c_shown constant text[] := array[
    'object', 'entry.id', 'entry.time', 'entry.changes.field',
    'entry.changes.value.messaging_product',
    'entry.changes.value.metadata.phone_number_id',
    'entry.changes.value.errors.code', 'entry.changes.value.errors.title',
    'entry.changes.value.messages.id', 'entry.changes.value.messages.type',
    'entry.changes.value.messages.timestamp', 'entry.changes.value.messages.context.id',
    'entry.changes.value.messages.interactive.type', 'entry.changes.value.messages.system.type',
    'entry.changes.value.messages.unsupported.type',
    'entry.changes.value.messages.errors.code', 'entry.changes.value.messages.errors.title',
    'entry.changes.value.messages.reaction.message_id',
    'entry.changes.value.messages.edit.original_message_id', 'entry.changes.value.messages.edit.message.type',
    'entry.changes.value.messages.revoke.original_message_id',
    'entry.changes.value.statuses.id', 'entry.changes.value.statuses.status',
    'entry.changes.value.statuses.type', 'entry.changes.value.statuses.recipient_type',
    'entry.changes.value.statuses.timestamp', 'entry.changes.value.statuses.biz_opaque_callback_data',
    'entry.changes.value.statuses.errors.code', 'entry.changes.value.statuses.errors.title',
    'entry.changes.value.statuses.pricing.pricing_model', 'entry.changes.value.statuses.pricing.category',
    'entry.changes.value.statuses.pricing.type',
    'entry.changes.value.event', 'entry.changes.value.reason', 'entry.changes.value.decision',
    'entry.changes.value.current_limit', 'entry.changes.value.alert_severity', 'entry.changes.value.alert_type',
    'entry.changes.value.message_template_id', 'entry.changes.value.message_template_name',
    'entry.changes.value.message_template_language', 'entry.changes.value.message_template_category',
    'entry.changes.value.previous_category', 'entry.changes.value.new_category',
    'entry.changes.value.category', 'entry.changes.value.correct_category',
    'entry.changes.value.flow_id', 'entry.changes.value.old_status', 'entry.changes.value.new_status',
    'entry.changes.value.previous_quality_score', 'entry.changes.value.new_quality_score',
    'entry.changes.value.max_daily_conversations_per_business',
    'entry.changes.value.max_phone_numbers_per_business',
    'entry.changes.value.restriction_info.restriction_type', 'entry.changes.value.restriction_info.expiration',
    'entry.changes.value.violation_info.violation_type', 'entry.changes.value.ban_info.waba_ban_state',
    'entry.changes.value.user_preferences.category', 'entry.changes.value.user_preferences.value',
    'entry.changes.value.user_preferences.timestamp'
  ];
begin
  if p_depth > c_deepest then
    return '"***"'::jsonb;
  end if;

  return case jsonb_typeof(p_value)
    when 'object' then (
      select coalesce(
        jsonb_object_agg(
          -- Meta's names are words; what is keyed by a number or an address is keyed by a person.
          case
            when member.key ~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$' and member.key !~ '[0-9]{5}' then member.key
            else '***'
          end,
          wa.mask_json(member.value, concat_ws('.', nullif(p_path, ''), member.key), p_depth + 1)
        ),
        '{}'
      )
      from jsonb_each(p_value) as member
    )
    when 'array' then (
      select coalesce(jsonb_agg(wa.mask_json(element.value, p_path, p_depth + 1) order by element.position), '[]')
      from jsonb_array_elements(p_value) with ordinality as element (value, position)
    )
    when 'string' then case when p_path = any(c_shown) then p_value else '"***"' end
    when 'number' then case when p_path = any(c_shown) then p_value else '"***"' end
    else p_value
  end;
end
$$;

comment on function wa.mask_json is
'A copy of a webhook payload, or of the part of it at p_path (keys joined by dots, arrays left out), in which every text and number is *** unless its path is known to hold nothing personal, and every key that is not a word. What is nested deeper than 32 levels is *** as a whole.';

grant execute on function wa.mask_json to wa_runtime, wa_operator_role;
