create or replace function wa.erase_kept_payloads(p_pattern text)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kept wa.kept_payloads;
  v_rest jsonb;
  v_erased bigint := 0;
begin
  for v_kept in
    select kept.*
    from wa.kept_payloads as kept
    where encode(kept.body, 'escape') ~ p_pattern
    order by kept.sha256
    for update
  loop
    insert into wa.erased_digests (digest)
    values (v_kept.sha256)
    on conflict (digest) do update set erased_at = excluded.erased_at;

    v_rest := null;
    begin
      v_rest := wa.leave_out_person(convert_from(v_kept.body, 'UTF8')::jsonb, p_pattern);
    exception
      when character_not_in_repertoire or untranslatable_character or data_exception or statement_too_complex then
        -- Nobody can read it: it goes as a whole.
        null;
    end;

    if v_kept.replayed_at is null
      and v_kept.reason <> 'text_replaced'
      and v_rest @? '$[*].entry[*].changes[*] ? (exists(@.value.messages[*]) || exists(@.value.statuses[*]) || @.field != "messages")'
    then
      update wa.kept_payloads as kept
      set body = convert_to(v_rest::text, 'UTF8')
      where kept.id = v_kept.id
        and not exists (
          select from wa.kept_payloads as other where other.sha256 = sha256(convert_to(v_rest::text, 'UTF8'))
        );
    else
      v_rest := null;
    end if;

    if v_rest is null or not found then
      delete from wa.kept_payloads as kept
      where kept.id = v_kept.id;
    end if;
    v_erased := v_erased + 1;
  end loop;

  return v_erased;
end
$$;

comment on function wa.erase_kept_payloads is
'Of wa_erase_profile: takes what names somebody, as wa.match_names tells, out of kept payloads. One that waits for a person and holds what others wrote is left without it, every other one is deleted. Returns how many.';

grant execute on function wa.erase_kept_payloads to wa_privacy;
