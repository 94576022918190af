update wa.settings
set description = 'How long media are kept: of users from when they were asked for, of colleagues from when sent.'
where key = 'received_media_ttl_days';
