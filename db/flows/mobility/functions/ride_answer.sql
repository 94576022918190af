create or replace function public.ride_answer(_profile_id uuid, _match_id uuid, _agrees boolean)
returns table (match_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.lock_acting_profile(_profile_id);
  v_held record;
  v_match wa.ride_matches;
begin
  select held.* into v_held from wa.lock_ride_match(_match_id, v_user_id) as held;
  v_match := v_held.match;

  if _agrees and v_match.status = 'asked' and v_match.asked_by = v_held.role then
    raise exception using
      errcode = 'WA114',
      message = 'it is for the other side to answer',
      detail = format('The %s asked.', v_held.role),
      hint = 'Wait for the answer, or pass false to take it back.';
  elsif _agrees and v_match.status <> 'agreed' then
    perform wa.agree_on_ride(v_match, v_held.role);
  elsif not _agrees and v_match.status in ('asked', 'agreed') then
    perform wa.end_ride_match(
      v_match, v_held.role, case when v_match.status = 'asked' and v_match.asked_by <> v_held.role then 'declined' else 'cancelled' end
    );
  end if;

  return query
  select asked.match_id, asked.status from wa.ride_matches as asked where asked.match_id = v_match.match_id;
end
$$;

alter function public.ride_answer owner to wa_runtime;

comment on function public.ride_answer is
'Answers for the profile what was asked: true agrees, false declines. False also takes back what the profile asked, and calls off what was agreed. The other side is told. The same call again changes nothing; null neither. Raises WA020, WA110, WA111, WA112, WA114.';
