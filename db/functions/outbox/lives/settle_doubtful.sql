create or replace function wa.settle_doubtful(p_doubtful text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[] := wa.list_doubtful();
begin
  if v_ids is null then
    return;
  end if;

  if p_doubtful is null and cardinality(v_ids) > 0 then
    raise exception using
      errcode = 'WA018',
      message = format(
        'this database was restored or copied, and %s messages in its queue may have been sent before', cardinality(v_ids)
      ),
      detail = format('%s messages were queued since, and go out either way.', wa.count_queued_since()),
      hint = 'Leave a copy paused. In a restored database: wa_queue_resume(''cancel'') drops them, wa_queue_resume(''send'') sends them, perhaps for the second time; docs/operate/restore.md shows how to list them.';
  end if;
  if p_doubtful not in ('send', 'cancel') then
    raise exception using
      errcode = 'WA018',
      message = format('doubtful messages cannot be %s', quote_literal(p_doubtful)),
      hint = 'wa_queue_resume(''cancel'') drops them, wa_queue_resume(''send'') sends them.';
  end if;

  if p_doubtful = 'cancel' then
    with held as materialized (
      select notification.id
      from public.notifications as notification
      where notification.id = any(v_ids)
        and notification.status in ('queued', 'sending')
      order by notification.id
      for update
    )

    -- Whatever waits behind one of these is one of these: what is queued later has not been looked at yet.
    update public.notifications as notification
    set
      status = 'cancelled',
      waiting_for = null,
      blocked_by = null,
      locked_until = null,
      in_doubt_since = null,
      error_message = 'The database was restored: this may have been sent before.'
    from held
    where notification.id = held.id;
  end if;

  if cardinality(v_ids) > 0 then
    perform wa.emit_event(
      'NOTIFY_DOUBTFUL_SETTLED',
      jsonb_build_object(
        'doubtful', cardinality(v_ids), 'decision', p_doubtful, 'queued_since', wa.count_queued_since()
      ),
      'warning'
    );
  end if;
  perform wa.begin_life();
end
$$;

comment on function wa.settle_doubtful is
'Begins the next life of a database that was restored or copied, after sending or cancelling what wa.list_doubtful names; does nothing in any other. Raises WA018 when there is something to decide and nobody has.';
