-- Files by their names in the file store: whether something uses them is asked of each file that was sent.
CREATE INDEX attachment_hash ON attachment ((doc::jsonb ->> 'hash'));
CREATE INDEX attachment_stored ON attachment ((doc::jsonb ->> 'stored'));
