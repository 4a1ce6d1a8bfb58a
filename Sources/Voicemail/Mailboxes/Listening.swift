/// Somebody who listens in an account, within a transaction. What he hears there is a method of this, in the file of the noun that is heard.
struct Listening {
    let listener: MailboxListener
    let account: Account
    let reader: any StoreReader

    init(_ listener: MailboxListener, in account: Account, _ reader: any StoreReader) {
        self.listener = listener
        self.account = account
        self.reader = reader
    }
}
