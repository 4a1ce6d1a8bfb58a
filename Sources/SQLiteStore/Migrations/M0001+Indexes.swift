extension M0001 {
    /// Every index that serves living rows leaves removed ones out. The rowid at the end of an index is the serial, so indexes on a
    /// timestamp are in the order of `MessagePosition`, and each index on numbers alone is in the order of serials.
    static let indexes = [
        "CREATE UNIQUE INDEX document_by_key ON document (kind, scope, key) WHERE removed_at IS NULL AND key IS NOT NULL",
        "CREATE INDEX document_by_kind ON document (kind, name, id) WHERE removed_at IS NULL",
        "CREATE INDEX document_by_account ON document (account_id, kind, name, id) WHERE removed_at IS NULL",
        "CREATE INDEX document_by_owner ON document (owner_id, kind, name, id) WHERE removed_at IS NULL AND owner_id IS NOT NULL",
        "CREATE INDEX document_by_lookup ON document (kind, lookup) WHERE removed_at IS NULL AND lookup IS NOT NULL",
        // Ends with what is listed by it and with what its condition speaks of: a directory of labels reads nothing else.
        "CREATE INDEX document_by_label ON document (account_id, kind, lookup, label, id, removed_at) WHERE removed_at IS NULL AND label IS NOT NULL",
        "CREATE INDEX document_by_blob ON document (blob_id) WHERE blob_id IS NOT NULL",
        "CREATE INDEX document_removed ON document (removed_at) WHERE removed_at IS NOT NULL",
        "CREATE INDEX account_tree_by_name ON account_tree (ancestor_id, tree_name, descendant_id)",
        "CREATE INDEX account_tree_by_lookup ON account_tree (ancestor_id, tree_lookup, descendant_id)",
        "CREATE INDEX blob_garbage_due ON blob_garbage (not_before)",
        // Audio that is stored before its length is known has a container and no duration; what no decoder accepts has neither.
        "CREATE INDEX blob_unmeasured ON blob (id) WHERE duration_ms IS NULL AND container IS NOT NULL",
        // With the folder, so that counting positions past what is in the trash reads nothing but this index.
        "CREATE INDEX message_by_mailbox ON message (mailbox_id, timestamp, serial, folder) WHERE removed_at IS NULL",
        "CREATE INDEX message_by_folder ON message (mailbox_id, folder, timestamp) WHERE removed_at IS NULL",
        "CREATE INDEX message_by_account ON message (account_id, timestamp) WHERE removed_at IS NULL",
        // These two end with what their conditions speak of, so that counting never has to look at a row.
        "CREATE INDEX message_counted ON message (mailbox_id, folder, timestamp, removed_at, retired) WHERE removed_at IS NULL AND retired = 0",
        "CREATE INDEX message_retired ON message (mailbox_id, folder, timestamp, removed_at, retired) WHERE removed_at IS NULL AND retired = 1",
        "CREATE INDEX message_by_blob ON message (blob_id) WHERE blob_id IS NOT NULL",
        "CREATE INDEX message_removed ON message (removed_at) WHERE removed_at IS NOT NULL",
        "CREATE INDEX mailbox_tally_by_account ON mailbox_tally (account_id)",
        "CREATE UNIQUE INDEX recording_by_name ON recording (account_id, name)",
        "CREATE UNIQUE INDEX recording_by_source ON recording (account_id, source) WHERE source IS NOT NULL",
        "CREATE UNIQUE INDEX recording_by_call_record ON recording (account_id, call_record_id)",
        "CREATE INDEX recording_by_account ON recording (account_id)",
        "CREATE INDEX recording_by_time ON recording (account_id, started)",
        "CREATE INDEX recording_by_caller ON recording (account_id, caller_number)",
        "CREATE INDEX recording_by_caller_time ON recording (account_id, caller_number, started)",
        "CREATE INDEX recording_by_callee ON recording (account_id, callee_number)",
        "CREATE INDEX recording_by_callee_time ON recording (account_id, callee_number, started)",
        "CREATE INDEX recording_by_blob ON recording (blob_id)",
        "CREATE INDEX ticket_by_account ON ticket (account_id)",
        "CREATE INDEX ticket_by_user ON ticket (user_id) WHERE user_id IS NOT NULL",
        "CREATE INDEX ticket_by_credential ON ticket (credential_id) WHERE credential_id IS NOT NULL",
        "CREATE INDEX ticket_by_expiry ON ticket (expires)",
        "CREATE INDEX credential_by_account ON credential (account_id, created)",
        "CREATE INDEX event_by_time ON event (created)",
        // Holds the few that wait; they are in the order of their serials.
        "CREATE INDEX event_unplanned ON event (planned) WHERE planned = 0",
        // When each target is next due; and what of it is due, oldest first, however long its backlog is.
        "CREATE INDEX delivery_due ON delivery (state, channel, target, due)",
        "CREATE INDEX delivery_backlog ON delivery (state, channel, target, serial, due)",
        "CREATE INDEX delivery_claimed ON delivery (channel, target, claimed_until) WHERE claimed_until <> 0",
        "CREATE INDEX delivery_by_account ON delivery (account_id)",
        "CREATE INDEX login_count_by_weight ON login_count (kind, failures, last)",
        "CREATE INDEX login_count_by_time ON login_count (last)",
    ]
}
