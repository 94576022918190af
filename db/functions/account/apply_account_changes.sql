create or replace function wa.apply_account_changes(p_rest jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rest jsonb;
  v_changes jsonb;
  v_events jsonb := '[]'::jsonb;
begin
  v_rest := wa.leave_out_foreign(p_rest);

  if v_rest is null then
    return v_events;
  end if;

  perform wa.note_marketing_preferences(v_rest);

  if v_rest @? '$[*] ? (@.field == "messaging_handovers")' then
    perform wa.note_handovers(v_rest);
  end if;

  if v_rest @? '$[*] ? (@.field == "smb_message_echoes")' then
    perform wa.note_echoes(v_rest);
  end if;

  if v_rest @? '$[*] ? (@.field == "calls")' then
    perform wa.note_calls(v_rest);
  end if;

  select jsonb_agg(to_jsonb(change) order by change.sequence) into v_changes
  from wa.list_account_changes(v_rest) as change;

  if v_changes is null then
    return v_events;
  end if;

  -- Notifications, then numbers, then the queue's state: the order in which failed sends lock them.
  perform wa.note_templates(v_changes);

  if jsonb_path_exists(v_changes, '$[*] ? (@.effect == "raise_rate")') then
    v_events := v_events || wa.raise_number_rate(v_changes);
  end if;
  v_events := v_events || wa.pause_for_account(v_changes);

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    case when change.effect = 'hold_template' then 'template_held' else 'account_warning' end,
    left(
      concat_ws(
        ' ',
        change.field,
        change.event,
        number.phone_number_id,
        change.value ->> 'flow_id',
        change.value ->> 'message_template_name',
        change.value ->> 'message_template_language'
      ),
      200
    ),
    jsonb_build_object('waba_id', change.waba_id, 'description', change.description)
    || jsonb_strip_nulls(jsonb_build_object('phone_number_id', number.phone_number_id))
    || wa.mask_json(change.value, 'entry.changes.value'),
    1
  from jsonb_to_recordset(v_changes) as change (
    field text, event text, effect text, description text, waba_id text, value jsonb
  )
  cross join lateral (values (wa.find_number(change.value))) as number (phone_number_id)
  where change.effect in ('pause_queue', 'hold_template', 'alert');

  return v_events;
end
$$;

comment on function wa.apply_account_changes is
'Does what the rest of a webhook (of wa.read_webhook) brings about: what it says of the account, its numbers, its templates, its users'' preferences and calls, and who else answers them, as wa.account_events has it. What is said of other accounts does nothing. Returns events.';
