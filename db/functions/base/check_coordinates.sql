create or replace function wa.check_coordinates(p_lat double precision, p_lng double precision)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- NaN sorts above every number, so that the ranges refuse it too.
  if (p_lat between -90 and 90 and p_lng between -180 and 180) is not true then
    raise exception using
      errcode = 'WA029',
      message = 'these coordinates are not a place on earth',
      detail = format('_lat is %s, _lng is %s.', coalesce(p_lat::text, 'null'), coalesce(p_lng::text, 'null')),
      hint = 'Pass degrees: _lat from -90 to 90, _lng from -180 to 180.';
  end if;
end
$$;

comment on function wa.check_coordinates is
'Raises WA029 unless both are degrees in range: not null, NaN or infinite.';

grant execute on function wa.check_coordinates to wa_runtime, wa_basket_owner;
