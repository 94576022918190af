create or replace function public.wa_desk_actions(
  before timestamptz default 'infinity',
  max_actions integer default 100,
  who text default null
)
returns table (
  at timestamptz,
  agent text,
  role text,
  action text,
  user_id uuid,
  phone_number_id text,
  notification_id bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
#variable_conflict use_column
declare
  v_user_ids uuid[];
begin
  if wa_desk_actions.who is not null then
    v_user_ids := wa.list_profiles_of_person(wa.find_person(wa_desk_actions.who));
  end if;

  return query
  select done.at, done.agent, done.role, done.action, done.user_id, done.phone_number_id, done.notification_id
  from wa.desk_actions as done
  where done.at < wa_desk_actions.before
    and (v_user_ids is null or done.user_id = any(v_user_ids))
  order by done.at desc, done.id desc
  limit least(coalesce(max_actions, 100), 1000);
end
$$;

alter function public.wa_desk_actions owner to wa_runtime;

comment on function public.wa_desk_actions is
'What colleagues did at the desk, the latest max_actions (1,000 at most) of those before a moment, the last first: when, who, as which database role, what, and about whom. who (a number, a BSUID or a user_id) leaves those about one person; raises WA043 when there is nobody.';

grant execute on function public.wa_desk_actions to wa_operator_role;
