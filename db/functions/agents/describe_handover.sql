create or replace function wa.describe_handover(p_place public.chat_state)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_strip_nulls(
    jsonb_build_object(
      'user_id', p_place.user_id,
      'phone_number_id', nullif(p_place.phone_number_id, ''),
      'agent', p_place.handed_over_to,
      'note', p_place.handed_over_for,
      'since', p_place.handed_over_at,
      'until', p_place.handed_over_until,
      'waiting_since', p_place.waiting_since
    )
  );
end
$$;

comment on function wa.describe_handover is
'Who has a conversation, since when and until when: an object without what is not known.';
