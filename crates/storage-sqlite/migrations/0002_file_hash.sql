-- Files by their names in the file store: whether something uses them is asked of each file that was sent.
CREATE INDEX attachment_hash ON attachment (json_extract(doc, '$.hash'));
CREATE INDEX attachment_stored ON attachment (json_extract(doc, '$.stored'));
