create or replace function wa.hold_idle_conversations(p_user_ids uuid[])
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_ids constant uuid[] := array(
    select profile.user_id
    from public.profiles as profile
    where profile.user_id = any(p_user_ids)
    order by profile.user_id
    for no key update skip locked
  );
begin
  perform wa.hold_conversations(v_user_ids);
  return v_user_ids;
end
$$;

comment on function wa.hold_idle_conversations is
'Locks the conversations of those of these users with whom nobody is busy, and returns who that is. The others are looked at next time: a claim waits for nobody''s conversation.';
