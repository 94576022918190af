create or replace function wa.find_ride_companion(p_chat wa.chat)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select to_jsonb(companion.*) || wa.describe_ride(companion.trip_id, companion.other_trip_id, p_chat.locale)
    from public.ride_list_companions(p_chat.user_id) as companion
    where companion.match_id = wa.read_uuid(coalesce(p_chat.data ->> 'target', p_chat.data ->> 'match_id'))
  );
end
$$;

comment on function wa.find_ride_companion is
'Whom the chat is about, with what texts about the ride fill in: by the match whose id was in the tapped reply (data.target), else the one remembered (data.match_id). Null where nothing is asked or agreed any more.';
