create or replace function wa.find_ride_refusal(p_sqlstate text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case p_sqlstate
    when 'WA110' then 'ride.gone'
    when 'WA111' then 'ride.gone'
    when 'WA112' then 'ride.refused_full'
    when 'WA114' then 'ride.refused_not_yours'
  end;
end
$$;

comment on function wa.find_ride_refusal is
'What a ride routine refused, by its SQLSTATE: the key of the words for the user in wa.texts.';
