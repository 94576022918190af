create or replace function wa.step_ride_seats(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows constant jsonb := (
    select jsonb_agg(
      wa.build_choice(size::text, wa.say(p_chat, 'people', jsonb_build_object('count', size))) order by size
    )
    from generate_series(1, 8) as size
  );
  v_seats constant text := coalesce(wa.chosen(p_chat, v_rows), substring(wa.typed(p_chat) from '^ *([1-8]) *$'));
begin
  if v_seats is not null then
    return wa.go(p_chat, 'confirm', p_chat.data || jsonb_build_object('seats', v_seats::integer));
  end if;

  if p_chat.data ->> 'role' = 'driver' then
    return wa.offer(p_chat, 'ask_seats_driver', v_rows, p_again => 'not_understood');
  end if;
  return wa.offer(p_chat, 'ask_seats_passenger', v_rows, p_again => 'not_understood');
end
$$;

comment on function wa.step_ride_seats is
'Asks how many seats there are, or are needed.';
