create or replace function public.wa_media_deletions_claim(
  batch integer default 100,
  lease interval default interval '5 minutes'
)
returns table (id uuid, key text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := clock_timestamp();
begin
  return query
  update wa.media_objects as object
  set delete_at = v_now + lease
  where object.id = any(
    array(
      select due.id
      from wa.media_objects as due
      where due.unwanted_at is not null
        and due.delete_at <= v_now
      order by due.delete_at
      limit greatest(batch, 0)
      for update skip locked
    )
  )
  returning object.id, object.key;
end
$$;

alter function public.wa_media_deletions_claim owner to wa_runtime;

comment on function public.wa_media_deletions_claim is
'Hands a worker up to batch contents that the media store is to lose, each with its id and the key of the bytes. Once they are deleted it says so with wa_media_deletions_settle; until it does they are handed out again after each lease. To delete twice does no harm.';

grant execute on function public.wa_media_deletions_claim to wa_worker_role;
