create or replace function wa.back_off(
  p_first_seconds double precision,
  p_factor double precision,
  p_max_seconds double precision,
  p_times integer,
  p_asked_seconds numeric default null
)
returns interval
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Jitter only lengthens: a delay that somebody asked for is kept, up to a day.
  return make_interval(
    secs => (1 + random() / 4) * greatest(
      case when p_asked_seconds is not null then least(p_asked_seconds, 86400) end,
      least(p_max_seconds, p_first_seconds * power(p_factor, least(16, p_times)))
    )
  );
end
$$;

comment on function wa.back_off is
'How long to wait before another attempt: p_first_seconds times p_factor for each of p_times before it, up to p_max_seconds, or longer if whoever refused asked for it (p_asked_seconds), and up to a quarter more, so that what failed together does not come back together.';
