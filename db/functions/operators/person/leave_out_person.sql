create or replace function wa.leave_out_person(p_value jsonb, p_pattern text, p_may_hold_others boolean default true)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case jsonb_typeof(p_value)
    when 'object' then (
      select coalesce(
        jsonb_object_agg(
          member.key,
          wa.leave_out_person(
            member.value, p_pattern, p_may_hold_others and member.key in ('entry', 'changes', 'value')
          )
        ),
        '{}'
      )
      from jsonb_each(p_value) as member
    )
    when 'array' then (
      select coalesce(
        jsonb_agg(wa.leave_out_person(element.value, p_pattern, p_may_hold_others) order by element.position), '[]'
      )
      from jsonb_array_elements(p_value) with ordinality as element (value, position)
      where p_may_hold_others or element.value::text !~ p_pattern
    )
    when 'string' then case when p_value #>> '{}' ~ p_pattern then '"***"'::jsonb else p_value end
    else p_value
  end;
end
$$;

comment on function wa.leave_out_person is
'A webhook payload without the messages, contacts and statuses that name somebody, as wa.match_names tells; those of others stay.';

grant execute on function wa.leave_out_person to wa_privacy;
