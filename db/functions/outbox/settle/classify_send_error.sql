create or replace function wa.classify_send_error(p_outcome text, p_error_code integer, p_http_status integer)
returns wa.send_error_classes
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_class wa.send_error_classes;
begin
  select error_class.* into v_class
  from unnest(
    case
      when p_outcome in ('not_sent', 'stale_media') then array[p_outcome]
      when p_outcome in ('unknown', 'lease_expired') then array['in_doubt']
      when p_error_code is not null then array[
        p_error_code::text, case when p_http_status = 429 then 'http_429' end, 'unknown_code'
      ]
      else array['http_' || p_http_status, case when p_http_status >= 500 then 'in_doubt' end, 'unknown_code']
    end
  ) with ordinality as candidate (code, position)
  inner join wa.send_error_classes as error_class on candidate.code = error_class.code
  order by candidate.position
  limit 1;

  return v_class;
end
$$;

comment on function wa.classify_send_error is
'The class of a failed attempt. A server error without a Graph error code comes from something in between, so that Meta may have accepted.';
