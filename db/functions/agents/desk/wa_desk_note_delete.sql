create or replace function public.wa_desk_note_delete(id bigint, agent text default null)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
declare
  v_user_id uuid;
begin
  delete from wa.desk_notes as noted
  where noted.id = wa_desk_note_delete.id
  returning noted.user_id into v_user_id;

  if not found then
    return false;
  end if;
  perform wa.record_action(wa.name_agent(wa_desk_note_delete.agent), 'note_deleted', v_user_id);
  perform wa.wake_desk(v_user_id);
  return true;
end
$$;

alter function public.wa_desk_note_delete owner to wa_runtime;

comment on function public.wa_desk_note_delete is
'Deletes a note, whoever wrote it. False: there is none of this id.';

grant execute on function public.wa_desk_note_delete to wa_agent_role, wa_operator_role;
