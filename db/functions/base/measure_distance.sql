create or replace function wa.measure_distance(
  p_lat double precision, p_lng double precision, p_other_lat double precision, p_other_lng double precision
)
returns double precision
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The haversine, which is exact for neighbours and for antipodes; rounding must not lead out of asin's range.
  return 2 * 6371.0088 * asin(
    least(
      sqrt(
        sind((p_other_lat - p_lat) / 2) ^ 2
        + cosd(p_lat) * cosd(p_other_lat) * sind((p_other_lng - p_lng) / 2) ^ 2
      ),
      1
    )
  );
end
$$;

comment on function wa.measure_distance is
'Kilometres between two places in degrees (WGS 84), along a great circle of a sphere of 6371.0088 km radius; null where a part is null. Whatever is within so many km of a place is within km / 111.19 degrees of its latitude, which an index finds.';
