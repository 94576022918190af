create or replace function wa.extract_statuses(p_payload jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].value.statuses[*]') then
    return null;
  end if;

  return (
    -- Not materialized, a row of each status would hold all statuses of its change until they are sorted.
    with status as materialized (
      select
        change.position as change_position,
        status.position,
        status.body || jsonb_build_object('phone_number_id', change.body #>> '{value,metadata,phone_number_id}') as body
      from jsonb_path_query(p_payload, '$[*].entry[*].changes[*] ? (@.field == "messages")')
        with ordinality as change (body, position)
      cross join lateral jsonb_path_query(change.body, '$.value.statuses[*] ? (@.type() == "object")')
        with ordinality as status (body, position)
    )

    select jsonb_agg(status.body order by status.change_position, status.position)
    from status
  );
end
$$;

comment on function wa.extract_statuses is
'The statuses of one webhook body or an array of bodies, as Meta sent them, each with its phone_number_id; null when there are none.';
