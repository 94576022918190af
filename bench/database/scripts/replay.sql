\set number :number + 1
select public.wa_replay_event('wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQz' || :round || '-' || :number);
