/// Nobody changes or drops an entry of the audit log by mistake. Who does so on purpose is found out by the hashes.
extension Counters {
    static let audit = [
        """
        CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry WHEN OLD.batch > 0
        OR (NEW.serial, NEW.id, NEW.account_id, NEW.action, NEW.actor, NEW.subjects, NEW.details, NEW.created)
        IS NOT (OLD.serial, OLD.id, OLD.account_id, OLD.action, OLD.actor, OLD.subjects, OLD.details, OLD.created)
        BEGIN
            SELECT RAISE(ABORT, 'an audit entry does not change');
        END
        """,
        """
        CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry
        BEGIN
            SELECT RAISE(ABORT, 'an audit entry is not dropped');
        END
        """,
        """
        CREATE TRIGGER audit_batch_stays BEFORE UPDATE ON audit_batch
        BEGIN
            SELECT RAISE(ABORT, 'an audit batch does not change');
        END
        """,
        """
        CREATE TRIGGER audit_batch_is_kept BEFORE DELETE ON audit_batch
        BEGIN
            SELECT RAISE(ABORT, 'an audit batch is not dropped');
        END
        """,
    ]
}
